import fc from 'fast-check';
import type { ProviderAdapter, ProviderCapabilities, UnsupportedField } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { MeshbatchError } from '../http/meshbatch-error';
import type { BodyFormat } from './body-format';
import { IngestRun } from './ingest-run';

const CAPABILITIES: ProviderCapabilities = {
  endpoints: ['/v1/chat/completions', '/v1/embeddings'],
  extraWindows: ['7d'],
  maxItems: 100,
  maxBytes: 1_000_000,
  maxLineBytes: 20_000,
  minItems: 1,
  pollIntervalMs: 1,
  recovery: 'none',
  cancel: 'stops',
  notFoundGraceMs: 0,
};
const CHAT = ['/v1/chat/completions'] as const;

function registryWith(capabilities: Partial<ProviderCapabilities> = {}): ProviderRegistry {
  const check = ({ body }: { body: Buffer }): UnsupportedField[] =>
    body.includes('logit_bias') ? [{ path: ['logit_bias'], message: 'not taken' }] : [];
  const adapter = {
    id: 'acme',
    capabilities: { ...CAPABILITIES, ...capabilities },
    check,
  } as unknown as ProviderAdapter;
  return new ProviderRegistry([adapter], {
    providers: [{ id: 'acme', name: 'Acme', batch: 'adapter', passThrough: false }],
    models: [
      { id: 'acme/a', provider: 'acme', upstream: 'a', aliases: ['a'], endpoints: CHAT },
      { id: 'acme/b', provider: 'acme', upstream: 'b', aliases: ['b'], endpoints: CHAT },
    ],
  });
}

const item = (id: unknown, model: unknown = 'a', more: object = {}) => ({ custom_id: id, body: { model, ...more } });
const bodyOf = (requests: unknown, more: object = {}) => JSON.stringify({ requests, ...more });
const LIMITS = { maxBodyBytes: 1_000_000, maxBatchItems: 300 };

const HASH_KEY = Buffer.from('0123456789abcdef');
const JSON_BODY: BodyFormat = { kind: 'json' };

function runOf(registry: ProviderRegistry, limits: typeof LIMITS, format = JSON_BODY): IngestRun {
  return new IngestRun({ registry, limits, format, hashKey: HASH_KEY, reusesBlocks: false });
}

async function run(
  text: string | Buffer[],
  registry = registryWith(),
  limits = LIMITS,
  format: BodyFormat = JSON_BODY,
) {
  const chunks = typeof text === 'string' ? [Buffer.from(text)] : text;
  const ingest = runOf(registry, limits, format);
  const lines: Buffer[] = [];
  for await (const chunk of ingest.read(streamOf(chunks))) lines.push(chunk);
  const { lines: found, ...facts } = ingest.result();
  return { stored: Buffer.concat(lines).toString(), offsets: [...found.offsets], ...facts };
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function refusalOf(...args: Parameters<typeof run>): Promise<{ code: string; details: unknown; more?: number }> {
  const error: unknown = await run(...args).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MeshbatchError)) throw new Error('The body was not refused', { cause: error });
  const { details, more } = error.extras;
  return { code: error.code, details, ...(more !== undefined && { more }) };
}

describe('IngestRun', () => {
  it('hands on the lines and the facts', async () => {
    const text = bodyOf([item('1'), item('2', 'acme/a')], { completion_window: '7d', metadata: { k: 'v' } });
    const { stored, offsets, ...facts } = await run(text);
    const lines = stored.split('\n').slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(['1', '2']);
    expect(offsets).toEqual([0, lines[0]!.length + 1, stored.length]);
    expect(facts).toMatchObject({ endpoint: CHAT[0], completionWindow: '7d', metadata: { k: 'v' } });
    expect(facts.resolved.model).toBe('acme/a');
  });

  it("refuses for the first item's model at once, whatever follows", async () => {
    const source = streamOf([
      Buffer.from(`{"requests":[${JSON.stringify(item('1', 'who'))},`),
      Buffer.from('not JSON'),
    ]);
    await expect(runOf(registryWith(), LIMITS).read(source).next()).rejects.toMatchObject({
      code: 'model_not_found',
    });
    expect((await source.next()).done).toBe(true);
    const many = bodyOf([item('1', 'who'), item(2), item('3', 'b')]);
    expect((await refusalOf(many)).code).toBe('model_not_found');
    const url = bodyOf([{ ...item('1'), url: '/v1/embeddings' }, 5]);
    expect((await refusalOf(url)).code).toBe('model_capability_not_supported');
  });

  it('tells the faults before mixed models, and mixed models before unsupported fields', async () => {
    const odd = { logit_bias: {} };
    const all = [item('1', 'a', odd), item('2', 'b'), item(3)];
    expect(await refusalOf(bodyOf(all))).toMatchObject({
      code: 'validation_error',
      details: [{ loc: ['body', 'requests', 2, 'custom_id'] }],
    });
    expect(await refusalOf(bodyOf(all.slice(0, 2)))).toEqual({
      code: 'mixed_models',
      details: [
        { model: 'acme/a', loc: ['body', 'requests', 0, 'body', 'model'] },
        { model: 'acme/b', loc: ['body', 'requests', 1, 'body', 'model'] },
      ],
    });
    expect(await refusalOf(bodyOf(all.slice(0, 1)))).toMatchObject({
      code: 'unsupported_parameter',
      details: [{ loc: ['body', 'requests', 0, 'body', 'logit_bias'] }],
    });
    expect((await refusalOf(bodyOf([item('1'), item('2', 'who')]))).code).toBe('mixed_models');
  });

  it('lists 100 faults and counts the rest', async () => {
    const refusal = await refusalOf(bodyOf([item('ok'), ...Array.from({ length: 130 }, (_, n) => item(n))]));
    expect(refusal.more).toBe(30);
    expect(refusal.details).toHaveLength(100);
    const odd = Array.from({ length: 101 }, (_, n) => item(String(n), 'a', { logit_bias: {} }));
    expect(await refusalOf(bodyOf(odd))).toMatchObject({ code: 'unsupported_parameter', more: 1 });
    expect(await refusalOf(bodyOf(Array.from({ length: 100 }, (_, n) => item(n))))).not.toHaveProperty('more');
  });

  it.each<[string, string, (string | number)[], string]>([
    ['no requests', '{}', ['requests'], 'missing'],
    ['empty requests', bodyOf([]), ['requests'], 'too_short'],
    ['requests that are no list', bodyOf({}), ['requests'], 'list_type'],
    ['a list as the body', '[]', [], 'dict_type'],
    ['a duplicate custom_id', bodyOf([item('1'), item('1')]), ['requests', 1, 'custom_id'], 'duplicate_custom_id'],
    [
      'another url',
      bodyOf([item('1'), { ...item('2'), url: '/v1/embeddings' }]),
      ['requests', 1, 'url'],
      'value_error',
    ],
    ['a null model', bodyOf([item('1'), item('2', null)]), ['requests', 1, 'body', 'model'], 'string_type'],
    ['requests twice', `{"requests":[],"requests":[]}`, ['requests'], 'too_short'],
    ['an unknown window', bodyOf([item('1')], { completion_window: '5h' }), ['completion_window'], 'literal_error'],
    ['a window that is no text', bodyOf([item('1')], { completion_window: 1 }), ['completion_window'], 'string_type'],
    ['metadata that is a list', bodyOf([item('1')], { metadata: [] }), ['metadata'], 'dict_type'],
    ['long metadata', bodyOf([item('1')], { metadata: { k: 'x'.repeat(65_536) } }), ['metadata'], 'too_long'],
    ['truncated JSON', bodyOf([item('1')]).slice(0, -1), [bodyOf([item('1')]).length - 1], 'json_invalid'],
  ])('refuses %s with 422', async (_, text, loc, type) => {
    const refusal = await refusalOf(text);
    expect(refusal.code).toBe('validation_error');
    expect((refusal.details as object[])[0]).toMatchObject({ loc: ['body', ...loc], type });
  });

  it('holds its limits', async () => {
    const three = bodyOf([item('1'), item('2'), item('3')]);
    await run(three, registryWith(), { maxBodyBytes: three.length, maxBatchItems: 3 });
    const fewer = await refusalOf(three, registryWith(), { ...LIMITS, maxBatchItems: 2 });
    expect(fewer).toEqual({ code: 'payload_too_large', details: { limit: 2, unit: 'requests' } });
    const shorter = await refusalOf(three, registryWith(), { ...LIMITS, maxBodyBytes: three.length - 1 });
    expect(shorter).toEqual({ code: 'payload_too_large', details: { limit: three.length - 1, unit: 'bytes' } });
    const long = bodyOf([item('1'), item('2', 'a', { text: 'x'.repeat(20_000) })]);
    expect(await refusalOf(long)).toMatchObject({ code: 'request_too_large', details: { limit: 20_000 } });
    const few = await refusalOf(three, registryWith({ minItems: 4 }));
    expect(few).toEqual({ code: 'too_few_requests', details: { minimum: 4 } });
  });
});

describe('IngestRun, however the body is cut', () => {
  const requests = fc.array(
    fc.oneof(
      { arbitrary: fc.constantFrom('1', '2', '3', '😀', '"', '\\').map((id) => item(id)), weight: 8 },
      fc.constantFrom<unknown>(item('4', 'b'), item(5), item('6', 'who'), 7, item('8', 'a', { logit_bias: 1 })),
    ),
    { maxLength: 5 },
  );
  const damage = fc.option(fc.nat(300), { freq: 4 });
  const cuts = fc.array(fc.nat(400), { maxLength: 12 });

  it('says the same', async () => {
    const ask = (chunks: Buffer[]) => run(chunks).catch((error: unknown) => error);
    await fc.assert(
      fc.asyncProperty(requests, damage, cuts, async (list, broken, places) => {
        const whole = Buffer.from(bodyOf(list, { metadata: { k: 'é' } }).slice(0, broken ?? undefined));
        const ends = [...new Set(places.map((place) => Math.min(place, whole.length)))].sort((a, b) => a - b);
        const pieces = [...ends, whole.length].map((end, at) => whole.subarray(ends[at - 1] ?? 0, end));
        const [once, cut] = [await ask([whole]), await ask(pieces)];
        expect(outcome(cut)).toEqual(outcome(once));
      }),
      { seed: 20265, numRuns: 400 },
    );
  });

  function outcome(result: unknown): unknown {
    if (result instanceof MeshbatchError) return [result.code, result.message, result.extras];
    const { stored, offsets, metadata } = result as Awaited<ReturnType<typeof run>>;
    return { stored, offsets, metadata };
  }
});
