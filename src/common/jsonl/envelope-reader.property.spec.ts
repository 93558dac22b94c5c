import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { FULL_TIER } from '../../../test/support/tier';
import { EnvelopeReader } from './envelope-reader';
import { DuplicateKeyError, JsonSyntaxError } from './json-errors';

/** Bodies that are damaged: bytes changed, put in, taken out, repeated or cut off. */
const CORPUS = FULL_TIER ? 200_000 : 12_000;
const PUT_IN = Buffer.from('{}[],:"\\u0123456789eE+-.truefalsn \n\r\t\u0000\u001f\u007f');
const NOTHING = {
  item: () => undefined,
  field: () => undefined,
  itemsEnd: () => undefined,
  notObject: () => undefined,
};
const LIMITS = { maxItemBytes: 1 << 20, maxFieldBytes: 1 << 20, maxDepth: 1000 };

const bodies = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.record({
          custom_id: fc.string({ maxLength: 20 }),
          body: fc.record({
            model: fc.string({ maxLength: 5 }),
            messages: fc.jsonValue({ maxDepth: 3 }),
            n: fc.double(),
          }),
        }),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom(undefined, 1, '\r\n\t'),
  )
  .map(([requests, space]) =>
    Buffer.from(JSON.stringify({ metadata: { é: '😀' }, requests, other: [1.5e3, null] }, null, space)),
  );

/** Numbers up to a limit, always the same ones (xorshift). */
function drawing(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function damaged(body: Buffer, draw: (limit: number) => number): Buffer {
  const [at, length] = [draw(body.length + 1), 1 + draw(3)];
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  const put = PUT_IN.subarray(draw(PUT_IN.length)).subarray(0, length);
  switch (draw(6)) {
    case 0:
      return Buffer.concat([before, put, after]);
    case 1:
      return Buffer.concat([before, after.subarray(length)]);
    case 2:
      return Buffer.concat([before, put, after.subarray(length)]);
    case 3:
      return Buffer.concat([before, body.subarray(draw(body.length)).subarray(0, 20), after]);
    case 4:
      return Buffer.concat([before, Buffer.from([draw(256)]), after.subarray(1)]);
    default:
      return before;
  }
}

/** The offset at which a body is refused for its JSON, or null; `skip` where it has a key twice, which JSON.parse takes. */
function refusedAt(body: Buffer, chunkBytes: number): number | null | 'skip' {
  const options = { ...LIMITS, arrayKey: 'requests', captureKeys: ['metadata'], nestedKey: 'body' };
  const reader = new EnvelopeReader(options, NOTHING);
  try {
    for (let at = 0; at < body.length; at += chunkBytes) reader.push(body.subarray(at, at + chunkBytes));
    reader.end();
    return null;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.offset;
    if (error instanceof DuplicateKeyError) return 'skip';
    throw error;
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

describe('EnvelopeReader on a mutated corpus', () => {
  it(`refuses what JSON.parse refuses and nothing else, at the byte where it goes wrong (${CORPUS} bodies)`, () => {
    const draw = drawing(20261126);
    const bases = fc.sample(bodies, { seed: 7, numRuns: 60 });
    const [differing, counts]: [string[], { refused: number; taken: number }] = [[], { refused: 0, taken: 0 }];
    for (let n = 0; n < CORPUS; n++) {
      const body = damaged(bases[n % bases.length]!, draw);
      const offset = refusedAt(body, body.length + 1);
      const again = refusedAt(body, 1 + draw(60));
      if (offset === 'skip') continue;
      if (offset === null) counts.taken++;
      else counts.refused++;
      // Bytes that are no UTF-8 are refused where they are kept, which is not for this reader to do.
      const agrees = !isUtf8(body) || (offset === null) === isJson(body);
      // All before the byte can still become right, or is right already.
      const before = offset === null ? null : refusedAt(body.subarray(0, offset), body.length + 1);
      if (!agrees || again !== offset || (before !== null && before !== offset))
        differing.push(body.toString('latin1'));
    }
    expect(differing).toEqual([]);
    expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(CORPUS / 20);
  });
});
