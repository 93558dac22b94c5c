import fc from 'fast-check';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { embeddingInputs } from './embedding-inputs';
import { IngestRun } from './ingest-run';

describe('embeddingInputs', () => {
  const inputsOf = (body: unknown) => embeddingInputs(Buffer.from(JSON.stringify(body, null, 1)));

  it.each<[string, object, number]>([
    ['a text', { input: 'a "[", and more' }, 1],
    ['texts', { model: 'm', input: ['a', 'b, c', '[d]"', ''] }, 4],
    ['tokens, which are one input', { input: [1, 2, 3] }, 1],
    ['lists of tokens', { input: [[1, 2], [3], []] }, 3],
    ['objects', { input: [{ text: 'a' }, { image: ['x', 'y'] }] }, 2],
    ['none, which its provider judges', { model: 'm' }, 1],
    ['an empty list', { input: [] }, 1],
    ['null', { input: null }, 1],
    ['an input that is not at the top', { more: { input: ['a', 'b'] }, input: ['c'] }, 1],
  ])('counts %s', (_, body, count) => {
    expect(inputsOf(body)).toBe(count);
  });

  it('counts as a parser does, whatever the texts hold', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\', '"', '],[', '\\"', '\n'));
    const inputs = fc.oneof(
      fc.array(text, { minLength: 1 }),
      fc.array(fc.array(fc.nat()), { minLength: 1 }),
      fc.array(fc.dictionary(text, fc.jsonValue()), { minLength: 1 }),
    );
    fc.assert(
      fc.property(inputs, fc.dictionary(text, fc.jsonValue()), fc.nat(2), (input, more, indent) => {
        const { input: _, ...rest } = more;
        const body = Buffer.from(JSON.stringify({ ...rest, input, ...rest }, null, indent));
        expect(embeddingInputs(body)).toBe(input.length);
      }),
      { seed: 20301, numRuns: 500 },
    );
  });
});

describe('the inputs of a batch of embeddings', () => {
  const CAPABILITIES = {
    endpoints: ['/v1/embeddings', '/v1/chat/completions'],
    extraWindows: [],
    maxEmbeddingInputs: 5,
  };
  const LIMITS = { maxItems: 5000, maxBytes: 1e9, maxLineBytes: 1e9, minItems: 1 };
  const adapter = { id: 'acme', capabilities: { ...CAPABILITIES, ...LIMITS }, check: () => [] };
  const registry = new ProviderRegistry([adapter as unknown as ProviderAdapter], {
    providers: [{ id: 'acme', name: 'Acme', batch: 'adapter', passThrough: true }],
    models: [],
  });

  async function run(inputs: readonly unknown[], url: string) {
    const body = { model: 'acme/e' };
    const requests = inputs.map((input, index) => ({ custom_id: `${index}`, url, body: { ...body, input } }));
    const ingest = new IngestRun({
      registry,
      limits: { maxBodyBytes: 1e9, maxBatchItems: 1e6 },
      format: { kind: 'json' },
      hashKey: Buffer.alloc(16),
      reusesBlocks: false,
    });
    for await (const _ of ingest.read(bodyOf({ requests })));
    return ingest.result().lines;
  }
  async function* bodyOf(body: object): AsyncGenerator<Buffer> {
    yield Buffer.from(JSON.stringify(body));
  }

  it('are counted item by item, however many items', async () => {
    const inputs = Array.from({ length: 3000 }, (_, index) => Array.from({ length: 1 + (index % 5) }, () => 'x'));
    const { units } = await run(inputs, '/v1/embeddings');
    expect([...(units ?? [])]).toEqual(inputs.map(({ length }) => length));
  });

  it('are refused where one item has more than a whole batch may', async () => {
    const refused = run(['a', 'abcdef'.split('')], '/v1/embeddings');
    const details = { loc: ['body', 'requests', 1], limit: 5, unit: 'inputs' };
    await expect(refused).rejects.toMatchObject({ code: 'request_too_large', extras: { details } });
  });

  it('are not counted for another endpoint', async () => {
    expect((await run(['abcdef'.split('')], '/v1/chat/completions')).units).toBeNull();
  });
});
