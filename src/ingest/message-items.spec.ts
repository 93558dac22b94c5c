import { ProviderRegistry } from '../providers/provider-registry';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { IngestRun } from './ingest-run';
import { MESSAGE_ITEMS } from './item-form';

const adapter = {
  id: 'acme',
  capabilities: {
    endpoints: ['/v1/chat/completions', '/v1/messages'],
    extraWindows: [],
    ...{ maxItems: 100, maxBytes: 1e6, maxLineBytes: 1e5, minItems: 1, pollIntervalMs: 1, notFoundGraceMs: 0 },
    ...{ recovery: 'none', cancel: 'stops' },
  },
  check: ({ body }: { body: Buffer }) => (body.includes('top_k') ? [{ path: ['top_k'], message: 'not taken' }] : []),
} as unknown as ProviderAdapter;
const model = (id: string) => ({
  ...{ id: `acme/${id}`, provider: 'acme', upstream: id, aliases: [id] },
  endpoints: ['/v1/chat/completions'] as const,
});
const registry = new ProviderRegistry([adapter], {
  providers: [{ id: 'acme', name: 'Acme', batch: 'adapter', passThrough: false }],
  models: [model('a'), model('b')],
});

async function read(body: string): Promise<{ text: string; endpoint: string; metadata: unknown; window: string }> {
  const run = new IngestRun({
    registry,
    limits: { maxBodyBytes: 1e6, maxBatchItems: 100 },
    format: { kind: 'json', items: MESSAGE_ITEMS },
    hashKey: Buffer.from('0123456789abcdef'),
    reusesBlocks: false,
  });
  const chunks: Buffer[] = [];
  const source = (async function* () {
    yield Buffer.from(body);
  })();
  for await (const chunk of run.read(source)) chunks.push(Buffer.from(chunk));
  const { endpoint, metadata, completionWindow: window } = run.result();
  return { text: Buffer.concat(chunks).toString(), endpoint, metadata, window };
}

const refusal = (body: string) =>
  read(body).then(
    () => null,
    (error: { extras: { details: unknown } }) => error.extras.details,
  );

describe('a body of messages', () => {
  // The first is read the slow way, the second is recognised by its bytes.
  it('is stored in the form of every batch, params byte for byte, whatever else an item has', async () => {
    const params = '{"model":"a",  "max_tokens":1e1,"x":1.10}';
    const requests = ['one', 'two'].map(
      (id) => `{"custom_id":"${id}","url":3,"method":"GET","params":${params},"body":0}`,
    );
    const body = `{"completion_window":"7d","metadata":5,"requests":[${requests.join(',')}]}`;
    expect(await read(body)).toEqual({
      text: ['one', 'two']
        .map((id) => `{"custom_id":"${id}","method":"POST","url":"/v1/messages","body":${params}}\n`)
        .join(''),
      endpoint: '/v1/messages',
      metadata: null,
      window: '24h',
    });
  });

  it.each<[string, string, (string | number)[]]>([
    ['no params', '{"custom_id":"x"}', ['body', 'requests', 1, 'params']],
    ['params that are a list', '{"custom_id":"x","params":[]}', ['body', 'requests', 1, 'params']],
    ['no model', '{"custom_id":"x","params":{}}', ['body', 'requests', 1, 'params', 'model']],
    ['a stream', '{"custom_id":"x","params":{"model":"a","stream":true}}', ['body', 'requests', 1, 'params', 'stream']],
    ['a key twice', '{"custom_id":"x","params":{"model":"a","model":"a"}}', ['body', 'requests', 1, 'params', 'model']],
    [
      'a field that is not taken',
      '{"custom_id":"x","params":{"model":"a","top_k":1}}',
      ['body', 'requests', 1, 'params', 'top_k'],
    ],
  ])('is refused for %s, which is named where it stands', async (_, item, loc) => {
    const first = '{"custom_id":"first","params":{"model":"a"}}';
    expect(await refusal(`{"requests":[${first},${item}]}`)).toMatchObject([{ loc }]);
  });

  it('is refused for two models', async () => {
    const items = ['a', 'b'].map((id) => `{"custom_id":"${id}","params":{"model":"${id}"}}`);
    expect(await refusal(`{"requests":[${items.join(',')}]}`)).toMatchObject([
      { model: 'acme/a', loc: ['body', 'requests', 0, 'params', 'model'] },
      { model: 'acme/b', loc: ['body', 'requests', 1, 'params', 'model'] },
    ]);
  });
});
