import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CatalogFile } from '../../../src/providers/catalog/catalog-file';
import {
  chatItems,
  type Answer,
  type ApiClient,
  type BatchBody,
  type ErrorBody,
} from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { holdings } from '../../support/service/leftovers';
import { storeKeys } from '../../support/service/stored-keys';
import { TestService } from '../../support/service/test-service';

const CATALOG: CatalogFile = {
  models: [
    {
      id: 'openai/priced',
      endpoints: ['/v1/chat/completions'],
      limits: { maxItems: 2 },
      prices: { input: 2, output: 8 },
    },
  ],
};
/** Nobody listens there, so its batches stay active. */
const OPENAI = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };
const ANTHROPIC = { ANTHROPIC_API_KEY: 'sk-none', ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the dry run of a create', () => {
  let folder: string;
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-catalog-'));
    await writeFile(join(folder, 'catalog.json'), JSON.stringify(CATALOG));
    const limits = { BATCH_LIMIT_PER_OWNER: '2', STORED_BYTES_PER_OWNER: '5000', MAX_BATCH_ITEMS: '50' };
    const env = { ...OPENAI, ...ANTHROPIC, ...limits, CATALOG_FILE: join(folder, 'catalog.json') };
    service = await TestService.start({ database: 'server', env });
    api = service.client();
  });

  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true });
  });

  const validate = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE, client = api) =>
    client.send<Record<string, unknown>>('POST', '/v1/batches/validate', body, headers);

  it('tells what a create would come to, and stores nothing', async () => {
    const before = await holdings(service);
    const requests = chatItems(['a', 'b', 'c', 'd', 'e'], 'openai/priced');
    const { status, headers, body } = await validate(JSON.stringify({ requests, metadata: { a: '1' } }));
    expect([status, headers.get('x-ratelimit-remaining-batches')]).toEqual([200, '2']);
    const bytes = Number(body.bytes);
    const tokens = Math.ceil(bytes / 4);
    expect(body).toEqual({
      object: 'batch.validation',
      valid: true,
      model: 'openai/priced',
      provider: 'openai',
      endpoint: '/v1/chat/completions',
      request_counts: { total: 5 },
      bytes: expect.any(Number),
      parts: [1, 2, 2].map((count) => ({ request_count: count, bytes: (bytes / 5) * count })),
      limits: {
        max_body_bytes: 1024 ** 3,
        max_requests: 50,
        min_requests: 1,
        max_request_bytes: expect.any(Number),
        max_part_requests: 2,
        max_part_bytes: 200_000_000,
        max_concurrent_parts: null,
        completion_windows: ['24h'],
      },
      remaining_batches: 2,
      usage_estimate: { input_tokens: { estimate: tokens, basis: 'bytes', bytes_per_token: 4 } },
      cost_estimate: { currency: 'USD', input: (tokens * 2) / 1_000_000, input_price: 2, output_price: 8 },
    });
    expect(await holdings(service)).toEqual(before);
  });

  it('takes every form of a body, and knows no price that nobody named', async () => {
    const requests = chatItems(['a'], 'sandbox/echo');
    const lines = await validate(JSON.stringify(requests[0]), { 'content-type': 'application/x-ndjson' });
    expect(lines.body).toMatchObject({ provider: 'sandbox', request_counts: { total: 1 }, cost_estimate: null });
    const gzip = await validate(gzipSync(JSON.stringify({ requests })), { ...JSON_TYPE, 'content-encoding': 'gzip' });
    expect(gzip.body).toEqual(lines.body);
    // It stores nothing, so it is no first request by a key either.
    await validate(JSON.stringify({ requests }), { ...JSON_TYPE, 'idempotency-key': 'k' });
    expectRefusal(await validate('{}', { ...JSON_TYPE, 'idempotency-key': 'k' }), 422, 'validation_error');
  });

  it.each<[string, unknown, Record<string, string>]>([
    ['no JSON', '{"requests":[', JSON_TYPE],
    [
      'faults of many kinds',
      { requests: [{}, { custom_id: '', body: {} }], metadata: 5, completion_window: '1y' },
      JSON_TYPE,
    ],
    ['an unknown model', { requests: chatItems(['a'], 'nobody-knows') }, JSON_TYPE],
    [
      'two models',
      { requests: [...chatItems(['a']), { ...chatItems(['b'], 'openai/priced')[0], custom_id: 'b' }] },
      JSON_TYPE,
    ],
    [
      'what the provider cannot honour',
      {
        requests: [
          { custom_id: 'a', body: { ...chatItems(['a'], 'claude-haiku-4-5')[0]!.body, logit_bias: { 1: 2 } } },
        ],
      },
      JSON_TYPE,
    ],
    ['a provider without credentials', { requests: chatItems(['a'], 'mistral/mistral-small-latest') }, JSON_TYPE],
    ['more requests than are taken', { requests: chatItems(Array.from({ length: 51 }, () => 'a')) }, JSON_TYPE],
    ['another type of content', '{}', { 'content-type': 'text/plain' }],
    ['bytes that are no gzip', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }],
  ])('refuses %s as a create does', async (_, body, headers) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const dry = await validate(text, headers);
    const created = await api.send<ErrorBody>('POST', '/v1/batches', text, headers);
    expect(created.status).toBeGreaterThanOrEqual(400);
    expect(told(dry)).toEqual(told(created));
  });

  it('looks at what room there is, before the body and after', async () => {
    const [small = '', large = ''] = [
      ...(await storeKeys(service, 'small', [{}])),
      ...(await storeKeys(service, 'large', [{}])),
    ];
    const create = (client: ApiClient, length: number) =>
      client.create<BatchBody>({ requests: chatItems(['x'.repeat(length)]) });
    const client = service.client(small);
    for (let left = 2; left > 0; left--) expect((await create(client, 1)).status).toBe(200);
    expectRefusal(await validate('{', JSON_TYPE, client), 429, 'batch_limit_exceeded');

    const storing = service.client(large);
    const tooMuch = JSON.stringify({ requests: chatItems(['x'.repeat(6000)]) });
    expectRefusal(await validate(tooMuch, JSON_TYPE, storing), 429, 'storage_limit_exceeded');
    expectRefusal(await create(storing, 6000), 429, 'storage_limit_exceeded');
  });
});

function told({ status, body }: Answer<unknown>): unknown {
  return { status, ...(body as object), request_id: '' };
}
