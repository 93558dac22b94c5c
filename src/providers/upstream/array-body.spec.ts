import { Readable } from 'node:stream';
import fc from 'fast-check';
import { arrayBody } from './array-body';

const HEAD = '{"name":"é","requests":[';
const TAIL = ']}';

async function read(lines: readonly string[], cuts: readonly number[]): Promise<{ text: string; length: number }> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
  const { stream, length } = arrayBody(HEAD, { bytes: bytes.length, open: () => Readable.from(pieces) }, TAIL);
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), length };
}

describe('arrayBody', () => {
  it('makes one array of the lines, however they are cut, of the length it says', async () => {
    const line = fc.jsonValue().map((value) => JSON.stringify({ value }));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), fc.array(fc.nat()), async (lines, cuts) => {
        const { text, length } = await read(lines, cuts);
        expect(text).toBe(HEAD + lines.join(',') + TAIL);
        expect(Buffer.byteLength(text)).toBe(length);
      }),
    );
  });
});
