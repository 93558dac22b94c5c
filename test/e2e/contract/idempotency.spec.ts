import { gzipSync } from 'node:zlib';
import { chatItems, type Answer, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { expectFaults, expectRefusal } from '../../support/service/envelope';
import { createKey, runKeys } from '../../support/service/keys-command';
import { blobsOf } from '../../support/service/leftovers';
import { DATABASE_KINDS, TestService } from '../../support/service/test-service';
import { sampled } from '../../support/tier';
import { inFullTier } from '../../support/full-tier-case';

const BODY = JSON.stringify({ requests: chatItems(['one', 'two'], 'sandbox/echo'), metadata: { nul: '\0', run: 'a' } });
const JSON_TYPE = { 'content-type': 'application/json' };
const LINES_TYPE = { 'content-type': 'application/x-ndjson' };
const AT_ONCE = 50;
/** Nobody listens there, so its batches stay active. */
const UNREACHABLE = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('idempotent creates, %s database', (database) => {
  let service: TestService;
  let api: ApiClient;
  let keys = 0;

  beforeAll(async () => {
    service = await TestService.start({ database, env: { ...UNREACHABLE, MAX_CONCURRENT_CREATES: '200' } });
    api = service.client();
  });

  afterAll(() => service.dispose());

  const newKey = () => `key-${keys++}`;
  const post = <T = BatchBody>(key: string, body: string | Uint8Array = BODY, headers = {}, client = api) =>
    client.send<T>('POST', '/v1/batches', body, { ...JSON_TYPE, 'idempotency-key': key, ...headers });

  it('gives the first answer again, also when the batch has ended', async () => {
    const key = newKey();
    const first = await post(key);
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect((await api.waitFor(first.body.id, ['completed'])).metadata).toEqual({ nul: '\0', run: 'a' });
    const before = (await blobsOf(service)).length;
    for (const again of [await post(key), await post(key, gzipSync(BODY), { 'content-encoding': 'gzip' })]) {
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('x-ratelimit-limit-batches')).toBe('10');
    }
    expect(await blobsOf(service)).toHaveLength(before);
    expect(await idsOf(api)).toEqual([first.body.id]);
  });

  it('makes no second batch when the first was deleted, and keeps nothing that its owner wrote', async () => {
    const key = newKey();
    const { body: batch } = await post(key);
    await api.waitFor(batch.id, ['completed']);
    expect((await api.send('DELETE', `/v1/batches/${batch.id}`)).status).toBe(200);
    const again = await post(key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual({ ...batch, metadata: null });
  });

  it('refuses another body, and what stands beside a body of lines is of it', async () => {
    const key = newKey();
    const lines = chatItems(['x'], 'sandbox/echo')
      .map((item) => JSON.stringify(item))
      .join('\n');
    const first = await post(key, lines, { ...LINES_TYPE, 'x-metadata': '{"a":"1"}' });
    expect(first.status).toBe(200);
    const others = [
      await post(key, lines, { ...LINES_TYPE, 'x-metadata': '{"a":"2"}' }),
      await post(key, lines, LINES_TYPE),
      await post(key, `${lines}\n`, { ...LINES_TYPE, 'x-metadata': '{"a":"1"}' }),
      await post(key),
      await post(key, '{}'),
    ];
    for (const other of others) expectRefusal(other, 409, 'idempotency_conflict');
    const again = await post(key, lines, { ...LINES_TYPE, 'x-metadata': '{"a":"1"}' });
    expect(again.body).toEqual(first.body);
  });

  it('stands for the answer of its route, which shows a batch in its own way', async () => {
    const key = newKey();
    expect((await post(key)).status).toBe(200);
    const headers = { ...JSON_TYPE, 'idempotency-key': key };
    expectRefusal(await api.send('POST', '/openai/v1/batches', BODY, headers), 409, 'idempotency_conflict');
  });

  it('keeps no refusal, and is no concern of another owner', async () => {
    const key = newKey();
    const unknown = JSON.stringify({ requests: chatItems(['x'], 'nobody/knows') });
    expectRefusal(await post(key, unknown), 404, 'model_not_found');
    expectRefusal(await post(key, BODY, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    const first = await post(key);
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([200, null]);
    const other = service.client((await createKey(service, 'other')).key);
    const theirs = await post(key, BODY, {}, other);
    expect([theirs.status, theirs.headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect(theirs.body.id).not.toBe(first.body.id);
  });

  it('refuses a malformed key before it looks at anything else', async () => {
    const at = 'header.idempotency-key';
    expectFaults(await post('', '{'), { [at]: 'string_too_short' });
    expectFaults(await post('k'.repeat(256), '{'), { [at]: 'string_too_long' });
    expectFaults(await post('caf\u00e9', '{'), { [at]: 'string_pattern_mismatch' });
  });

  it(`makes one batch of ${AT_ONCE} parallel posts, and all get it in the end`, async () => {
    const before = await idsOf(api);
    const key = newKey();
    const first = await Promise.all(Array.from({ length: AT_ONCE }, () => post(key)));
    for (const answer of first.filter(({ status }) => status !== 200)) expectInProgress(answer);
    expect(first.filter(isFirst)).toHaveLength(1);
    const all = await Promise.all(
      first.map(async (answer) => (answer.status === 200 ? answer : untilTaken(() => post(key)))),
    );
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect((await idsOf(api)).filter((id) => !before.includes(id))).toEqual([all[0]!.body.id]);
  });

  inFullTier('answers again to an owner who is at the limit, and to nobody else', async () => {
    await runKeys(service, 'create-owner', '--owner', 'small', '--batch-limit', '1');
    const full = service.client((await createKey(service, 'small')).key);
    const slow = JSON.stringify({ requests: chatItems(['x']) });
    const key = newKey();
    const all = await Promise.all(Array.from({ length: AT_ONCE }, () => untilTaken(() => post(key, slow, {}, full))));
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect(all.filter(isFirst)).toHaveLength(1);
    const next = newKey();
    expectRefusal(await post(next, slow, {}, full), 429, 'batch_limit_exceeded');
    const again = await post(key, slow, {}, full);
    expect([again.status, again.headers.get('x-ratelimit-remaining-batches')]).toEqual([200, '0']);
    expectRefusal(await post(key, BODY, {}, full), 409, 'idempotency_conflict');
    // The refusal freed its key: it is refused for the same reason, not as in progress.
    expectRefusal(await post(next, slow, {}, full), 429, 'batch_limit_exceeded');
  });
});

function isFirst({ status, headers }: Answer<unknown>): boolean {
  return status === 200 && headers.get('idempotent-replayed') === null;
}

function expectInProgress(answer: Answer<unknown>): void {
  expectRefusal(answer, 409, 'idempotency_in_progress');
  expect(answer.headers.get('retry-after')).toBe('1');
}

async function untilTaken(post: () => Promise<Answer<BatchBody>>): Promise<Answer<BatchBody>> {
  for (;;) {
    const answer = await post();
    if (answer.status === 200) return answer;
    expectInProgress(answer);
  }
}

async function idsOf(api: ApiClient): Promise<string[]> {
  const { body } = await api.send<{ data: BatchBody[] }>('GET', '/v1/batches?limit=100');
  return body.data.map(({ id }) => id);
}
