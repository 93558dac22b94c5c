import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampled } from '../../support/tier';
import type { OpenAiSimulator } from '../../support/upstreams/openai/openai-simulator';
import { chatItems, type ApiClient, type BatchBody, type ErrorBody } from '../../support/service/api-client';
import { expectFaults, expectRefusal } from '../../support/service/envelope';
import { blobsOf } from '../../support/service/leftovers';
import { OpenAiService } from '../../support/service/openai-service';
import { DATABASE_KINDS } from '../../support/service/test-service';
import { inFullTier } from '../../support/full-tier-case';

const JSON_TYPE = { 'content-type': 'application/json' };

/** An entry as `item: outcome`. */
type Told = Record<string, number | string | undefined>;

interface Entry {
  id: string;
  custom_id: string;
  response: { status_code: number } | null;
  error: { code: string } | null;
}

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'embedded'))('retries, on the %s database', (database) => {
  let openai: OpenAiService;
  let simulator: OpenAiSimulator;
  let api: ApiClient;

  beforeAll(async () => {
    const env = { MAX_CONCURRENT_CREATES: '64', BATCH_LIMIT_PER_OWNER: '12' };
    openai = await OpenAiService.start({ database, env }, { stateMs: 5 });
    simulator = openai.simulator;
    api = openai.service.client();
  });

  afterAll(() => openai.dispose());

  const retry = (id: string, body?: unknown) =>
    api.send<BatchBody & ErrorBody>('POST', `/v1/batches/${id}/retry`, JSON.stringify(body ?? {}), JSON_TYPE);

  async function merged(id: string, query = '') {
    const answer = await api.send<string | object>('GET', `/v1/batches/${id}/results?merged=true${query}`);
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '');
    const lines = text === '""' ? [] : text.trimEnd().split('\n');
    const entries = answer.status === 200 ? lines.map((line) => JSON.parse(line) as Entry) : [];
    return { answer, entries, told: toldOf(entries) };
  }

  /** Runs a batch to its end whose items end with these statuses, or with no row, whatever they ask; `make` makes it. */
  async function ended(
    statuses: readonly (number | null)[],
    make: () => Promise<{ body: BatchBody }>,
  ): Promise<BatchBody> {
    const before = simulator.creates.length;
    const forget = simulator.onRequest((route, phase) => {
      const { customIds = [] } = simulator.creates[before] ?? {};
      if (route !== 'content' || phase !== 'received') return;
      const rows = [...customIds].flatMap((id, at) => rowOf(id, statuses[at] ?? null));
      simulator.faults.add({ route, kind: { status: 200, body: rows.join('') } });
    });
    try {
      return await api.waitFor((await make()).body.id);
    } finally {
      forget();
      simulator.faults.clear();
    }
  }

  /** Cancels a batch that is held, and lets it go once its provider has heard of it. */
  async function cancelUpstream(id: string): Promise<void> {
    const before = simulator.requestCounts().cancel ?? 0;
    await api.cancel(id);
    await simulator.waitFor('cancel', before + 1);
    simulator.release();
  }

  const input = async (batch: BatchBody) => (await api.content(batch.input_file_id)).trimEnd().split('\n');

  it('run what failed, again and again, and merge into one outcome a request', async () => {
    const requests = chatItems(['a', 'b {"x": 1.10}', 'c', 'd', 'e']);
    const root = await ended([200, 429, 500, null, 200], () => api.create({ requests, metadata: { run: 'one' } }));
    expect(toldOf(root.results)).toMatchObject({ 'item-1': 429, 'item-2': 500, 'item-3': 'missing_result' });
    expect(root.retry_of).toBeNull();

    const child = await ended([200, 429, 200], () => retry(root.id));
    expect(child).toMatchObject({
      retry_of: root.id,
      metadata: { run: 'one' },
      model: root.model,
      status: 'completed',
    });
    expect(child.request_counts).toEqual({ total: 3, completed: 2, failed: 1 });
    expect(await input(child)).toEqual((await input(root)).slice(1, 4));
    const own = toldOf(child.results);
    expect(own).toEqual({ 'item-1': 200, 'item-2': 429, 'item-3': 200 });

    const page = await merged(child.id, '&limit=3');
    expect(page.told).toEqual({ 'item-0': 200, 'item-1': 200, 'item-2': 429 });
    expect(page.answer.headers.get('x-has-more')).toBe('true');
    const last = page.answer.headers.get('x-last-id') ?? '';
    expect(last).toBe(child.results?.[1]?.id);
    expect((await merged(root.id, `&after=${last}`)).told).toEqual({ 'item-3': 200, 'item-4': 200 });
    expect((await merged(root.id, '&status=failed')).told).toEqual({ 'item-2': 429 });
    expect((await merged(root.id, '&custom_id=item-2&custom_id=item-4')).told).toEqual({
      'item-2': 429,
      'item-4': 200,
    });

    expectRefusal(await retry(root.id, { error_codes: ['500', 'missing_result'] }), 409, 'nothing_to_retry');
    const newest = await ended([200], () => retry(child.id, { error_codes: ['429'], metadata: null }));
    expect(newest).toMatchObject({ retry_of: root.id, metadata: null, request_counts: { total: 1, completed: 1 } });
    const { entries, answer } = await merged(newest.id);
    expect(entries.map(({ custom_id }) => custom_id)).toEqual(requests.map(({ custom_id }) => custom_id));
    expect(entries.every(({ response }) => response?.status_code === 200)).toBe(true);
    expect(answer.headers.get('x-batch-status')).toBe('completed');
    const { error } = expectRefusal(await retry(child.id), 409, 'nothing_to_retry');
    expect(error.details).toEqual({ total: 5, succeeded: 5, unconfirmed: 0, other_codes: 0 });
  });

  it('come one at a time: of twenty at once one is made, and the others leave nothing', async () => {
    const root = await ended([500, 200], () => api.create({ requests: chatItems(['a', 'b']) }));
    const before = await blobsOf(openai.service);
    simulator.hold('in_progress', 0);
    const answers = await Promise.all(Array.from({ length: 20 }, () => retry(root.id)));
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(1);
    expect(made[0]?.headers.get('x-ratelimit-remaining-batches')).toBe('11');
    const child = made[0]!.body.id;
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(expectRefusal(answer, 409, 'conflict').error.details).toEqual({ batch_id: child });
    }
    expect(expectRefusal(await retry(child), 409, 'conflict').error.details).toEqual({ batch_id: child });
    const written = (await blobsOf(openai.service)).filter((blob) => !before.includes(blob));
    expect(written.sort()).toEqual([`batches/${child}/input.jsonl`, `batches/${child}/origin.u32`]);
    expect([...(await readFile(join(openai.service.dataDir, 'blobs', 'batches', child, 'origin.u32')))]).toEqual([
      0, 0, 0, 0,
    ]);
    simulator.release();
    await api.waitFor(child, ['completed']);
    expect((await merged(root.id)).told).toEqual({ 'item-0': 200, 'item-1': 200 });
  });

  it('are made once by an idempotency key, which stands for one batch and one body', async () => {
    const root = await ended([429, 500], () => api.create({ requests: chatItems(['a', 'b']) }));
    const other = await ended([500], () => api.create({ requests: chatItems(['a']) }));
    const headers = { ...JSON_TYPE, 'idempotency-key': `retry of ${root.id}` };
    const keyed = (id: string, body: string) =>
      api.send<BatchBody & ErrorBody>('POST', `/v1/batches/${id}/retry`, body, headers);
    const first = await keyed(root.id, '{}');
    expect([first.status, first.body.retry_of]).toEqual([200, root.id]);
    const again = await keyed(root.id, '{}');
    expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([200, 'true', first.body]);
    expectRefusal(await keyed(root.id, '{"error_codes":["429"]}'), 409, 'idempotency_conflict');
    expectRefusal(await keyed(other.id, '{}'), 409, 'idempotency_conflict');
    await api.waitFor(first.body.id);
    expect((await api.send('DELETE', `/v1/batches/${root.id}`)).status).toBe(200);
    const later = await keyed(root.id, '{}');
    expect([later.status, later.headers.get('idempotent-replayed'), later.body]).toEqual([200, 'true', first.body]);
    headers['idempotency-key'] = 'another';
    expectRefusal(await keyed(root.id, '{}'), 404, 'not_found');
  });

  inFullTier(
    'keep what a request failed with when its retry was cancelled before it ran, and can be made again',
    async () => {
      const root = await ended([429, 200], () => api.create({ requests: chatItems(['a', 'b']) }));
      simulator.hold('in_progress', 0);
      const { body: child } = await retry(root.id);
      await api.waitFor(child.id, ['in_progress']);
      expect((await merged(root.id)).answer.headers.get('x-batch-status')).toBe('in_progress');
      await cancelUpstream(child.id);
      const cancelled = await api.waitFor(child.id, ['cancelled']);
      expect(toldOf(cancelled.results)).toEqual({ 'item-0': 'batch_cancelled' });
      expect((await merged(child.id)).told).toEqual({ 'item-0': 429, 'item-1': 200 });
      const again = await ended([200], () => retry(child.id, { error_codes: ['429'] }));
      expect(again.status).toBe('completed');
      expect((await merged(root.id)).told).toEqual({ 'item-0': 200, 'item-1': 200 });
    },
  );

  inFullTier('run what a cancel of the first batch kept from running', async () => {
    simulator.hold('in_progress', 0);
    const { body: root } = await api.create({ requests: chatItems(['a', 'b']) });
    await api.waitFor(root.id, ['in_progress']);
    expect(expectRefusal(await retry(root.id), 409, 'conflict').error.details).toEqual({ batch_id: root.id });
    await cancelUpstream(root.id);
    await api.waitFor(root.id, ['cancelled']);
    const answer = await api.send<BatchBody>('POST', `/v1/batches/${root.id}/retry`);
    expect(answer.status).toBe(200);
    expect((await api.waitFor(answer.body.id)).request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  });

  it('are refused for what is wrong with them, and then leave nothing', async () => {
    const root = await ended([500], () => api.create({ requests: chatItems(['a']) }));
    const before = await blobsOf(openai.service);
    expectFaults(await retry(root.id, { error_codes: 'x', include_unconfirmed: 1, metadata: [] }), {
      'body.error_codes': 'list_type',
      'body.include_unconfirmed': 'bool_parsing',
      'body.metadata': 'dict_type',
    });
    expectFaults(await retry(root.id, { completion_window: '7d' }), { 'body.completion_window': 'literal_error' });
    expectFaults(await retry(root.id, []), { body: 'dict_type' });
    const path = `/v1/batches/${root.id}/retry`;
    expectFaults(await api.send('POST', path, '{"metadata":1,"metadata":2}', JSON_TYPE), {
      'body.metadata': 'duplicate_key',
    });
    expectFaults(await api.send('POST', path, '{"a"', JSON_TYPE), { 'body.4': 'json_invalid' });
    expectRefusal(await api.send('POST', path, '{}', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    expectRefusal(await api.send('POST', path, ' '.repeat(2 ** 20 + 1), JSON_TYPE), 413, 'payload_too_large');
    expectRefusal(await retry(`batch_${'0'.repeat(26)}`), 404, 'not_found');
    expectFaults((await merged(root.id, `&after=batch_req_${'0'.repeat(26)}_0`)).answer, {
      'query.after': 'value_error',
    });
    expectFaults(await api.send('GET', `/v1/batches/${root.id}/results?merged=yes`), {
      'query.merged': 'literal_error',
    });
    expect(await blobsOf(openai.service)).toEqual(before);
  });
});

function toldOf(entries: readonly Entry[] | null | undefined): Told {
  return Object.fromEntries(
    (entries ?? []).map(({ custom_id, response, error }) => [custom_id, response?.status_code ?? error?.code]),
  );
}

function rowOf(id: string, status: number | null): string[] {
  if (status === null) return [];
  const response = { status_code: status, request_id: 'r', body: { status } };
  return [`${JSON.stringify({ id: 'batch_req_1', custom_id: id, response, error: null })}\n`];
}
