import fc from 'fast-check';
import { ValidationFailedError, type Fault } from '../http/meshbatch-error';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { FULL_TIER } from '../../test/support/tier';
import { IngestRun, type IngestRunOptions } from './ingest-run';

const CHAT = ['/v1/chat/completions'] as const;
const ADAPTER = {
  id: 'acme',
  capabilities: {
    ...{ endpoints: CHAT, extraWindows: [], maxItems: 1000, maxBytes: 1e9, maxLineBytes: 1e8 },
    ...{ minItems: 1, pollIntervalMs: 1, recovery: 'none', cancel: 'stops', notFoundGraceMs: 0 },
  },
  check: () => [],
} as unknown as ProviderAdapter;
const REGISTRY = new ProviderRegistry([ADAPTER], {
  providers: [{ id: 'acme', name: 'Acme', batch: 'adapter', passThrough: true }],
  models: [],
});
const RUN: IngestRunOptions = {
  registry: REGISTRY,
  limits: { maxBodyBytes: 1e9, maxBatchItems: 1000 },
  format: { kind: 'json' },
  hashKey: Buffer.alloc(16, 1),
  reusesBlocks: false,
};

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('\\', '"', '\n', '\u2028', '😀', '\ud800', 'a\u007fb', 'é', '__proto__', 'x'.repeat(300)),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, true, false, null, 1e21),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const item = fc.record(
  {
    custom_id: fc.oneof(
      { arbitrary: fc.constantFrom('a', 'b', 'é', '\\', ''), weight: 1 },
      { arbitrary: text, weight: 5 },
    ),
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', null),
    url: fc.constantFrom(...CHAT, ...CHAT, ...CHAT, '/v1/embeddings', 7),
    body: fc.record(
      {
        model: fc.constantFrom('acme/m', 'acme/m', 'acme/m', 'acme/\u006d', 7),
        messages: value,
        stream: fc.constantFrom(false, null, true),
      },
      { requiredKeys: ['model'] },
    ),
    extra: value,
  },
  { requiredKeys: ['custom_id', 'body'] },
);
const requests = fc.array(fc.oneof({ arbitrary: item, weight: 12 }, { arbitrary: value, weight: 1 }), { maxLength: 8 });

interface Outcome {
  readonly stored: string | null;
  readonly faults: readonly Fault[];
}

/** What becomes of a body in these chunks; `slow` leaves every item to the exact reading. */
async function ingest(chunks: readonly Buffer[], slow = false): Promise<Outcome> {
  const run = new IngestRun(RUN);
  const { checks } = run;
  const { item: take } = checks;
  if (slow) checks.item = (bytes, start, end, index) => take.call(checks, bytes, start, end, index, null);
  const source = (async function* () {
    yield* chunks;
  })();
  try {
    const stored: Buffer[] = [];
    for await (const block of run.read(source)) stored.push(block);
    return { stored: Buffer.concat(stored).toString(), faults: [] };
  } catch (error) {
    if (error instanceof ValidationFailedError) return { stored: null, faults: error.faults };
    throw error;
  }
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = 0, n = 0; start < bytes.length; n++) {
    const end = start + 1 + sizes[n % sizes.length]!;
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(60), fc.nat(5000)), { minLength: 1, maxLength: 6 });
const pretty = fc.constantFrom(undefined, 1, '\t', '\r\n');
const bodyOf = (list: readonly unknown[], space?: string | number) =>
  Buffer.from(JSON.stringify({ completion_window: '24h', requests: list }, null, space));

describe('IngestRun', () => {
  it('finds the same, the fast way and the slow way, however the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(requests, sizes, pretty, async (list, cuts, space) => {
        const bytes = bodyOf([{ custom_id: 'first', body: { model: 'acme/m' } }, ...list], space);
        const exact = await ingest([bytes], true);
        expect(await ingest([bytes])).toEqual(exact);
        expect(await ingest(cut(bytes, cuts))).toEqual(exact);
      }),
      { numRuns: FULL_TIER ? 20_000 : 600 },
    );
  });

  it('stores every item as JSON.parse reads it, once and in order', async () => {
    const valid = fc.record({ id: text, messages: value });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(valid, { selector: ({ id }) => id, minLength: 1, maxLength: 8 }),
        sizes,
        pretty,
        async (list, cuts, space) => {
          const ids = list.map(({ id }, index) =>
            `${index}-${id.replace(/\p{Cc}/gu, '').toWellFormed()}`.slice(0, 400),
          );
          const all = list.map(({ messages }, index) => ({
            custom_id: ids[index],
            body: { model: 'acme/m', messages },
          }));
          const { stored } = await ingest(cut(bodyOf(all, space), cuts));
          const lines = stored!
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line) as object);
          const parsed = JSON.parse(JSON.stringify(all)) as object[];
          expect(lines).toEqual(parsed.map((one) => ({ ...one, method: 'POST', url: CHAT[0] })));
        },
      ),
      { numRuns: FULL_TIER ? 5000 : 300 },
    );
  });
});
