import { chatItems, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { TestService } from '../../support/service/test-service';

const SECONDS = expect.any(Number) as number;
/** In the order in which the sandbox runs them; those that fail are told apart by their outcome. */
const PROMPTS = ['a', 'b [fail]', 'c [drop]', 'd [expire]', 'e [fail:429]', 'f'];
const OUTCOMES = [200, 400, 'missing_result', 'batch_expired', 429, 200];
const DETAIL_ONLY = ['errors_detail', 'results'];

describe('the batch object', () => {
  let service: TestService;
  let api: ApiClient;
  let created: BatchBody;
  let ended: BatchBody;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: { INLINE_RESULTS_MAX_BYTES: '5000' } });
    api = service.client();
    created = (await api.create({ requests: chatItems(PROMPTS, 'sandbox/flaky'), metadata: { a: 1 } })).body;
    ended = await api.waitFor(created.id);
  });

  afterAll(() => service.dispose());

  it('has every field from the start', () => {
    const { results, ...head } = created;
    expect(head).toEqual({
      id: expect.stringMatching(/^batch_[0-9A-HJKMNP-TV-Z]{26}$/),
      object: 'batch',
      endpoint: '/v1/chat/completions',
      model: 'sandbox/flaky',
      provider: 'sandbox',
      status: 'validating',
      completion_window: '24h',
      retry_of: null,
      input_file_id: expect.stringMatching(/^file_[0-9A-HJKMNP-TV-Z]{26}$/),
      output_file_id: null,
      error_file_id: null,
      created_at: SECONDS,
      in_progress_at: null,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expires_at: created.created_at + 86_400,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: PROMPTS.length, completed: 0, failed: 0 },
      metadata: { a: 1 },
      usage: null,
      usage_synced: false,
      errors_detail: [],
    });
    expect(results ?? null).toBeNull();
    expect(Math.abs(created.created_at - Date.now() / 1000)).toBeLessThan(60);
  });

  it('has the same fields when it has ended, and its results', () => {
    expect(Object.keys(ended).sort()).toEqual([...new Set([...Object.keys(created), 'results'])].sort());
    const same = [
      'id',
      'object',
      'endpoint',
      'model',
      'provider',
      'input_file_id',
      'created_at',
      'expires_at',
      'metadata',
    ];
    for (const field of same) expect(ended[field]).toEqual(created[field]);
    expect(ended).toMatchObject({
      status: 'completed',
      in_progress_at: SECONDS,
      finalizing_at: SECONDS,
      completed_at: SECONDS,
      cancelled_at: null,
      output_file_id: expect.stringMatching(/^file_/),
      error_file_id: expect.stringMatching(/^file_/),
      request_counts: { total: 6, completed: 2, failed: 4 },
      usage: { input_tokens: SECONDS, output_tokens: SECONDS, total_tokens: SECONDS },
      usage_synced: true,
    });
    const times = ['created_at', 'in_progress_at', 'finalizing_at', 'completed_at'].map(
      (field) => ended[field] as number,
    );
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every(Number.isInteger)).toBe(true);
  });

  it('has one entry a request, in the order of the requests', () => {
    expect(ended.results?.map(({ custom_id }) => custom_id)).toEqual(PROMPTS.map((_, index) => `item-${index}`));
    expect(ended.results?.map(({ response, error }) => response?.status_code ?? error?.code)).toEqual(OUTCOMES);
    for (const entry of ended.results ?? []) {
      expect(Object.keys(entry)).toEqual(['id', 'custom_id', 'response', 'error']);
      expect(entry.id).toEqual(expect.any(String));
      if (entry.error) expect(entry.error).toEqual({ code: expect.any(String), message: expect.any(String) });
      if (entry.response) expect(Object.keys(entry.response)).toEqual(['status_code', 'request_id', 'body']);
      expect(entry.response === null && entry.error === null).toBe(false);
    }
    expect(new Set(ended.results?.map(({ id }) => id)).size).toBe(PROMPTS.length);
  });

  it('leaves results out when asked to, and only then', async () => {
    const { results, ...head } = ended;
    expect(results).toHaveLength(6);
    expect((await api.send('GET', `/v1/batches/${created.id}?results=false`)).body).toEqual(head);
    expect((await api.send('GET', `/v1/batches/${created.id}?results=true`)).body).toEqual(ended);
    expect((await api.send('GET', `/v1/batches/${created.id}?results=maybe`)).status).toBe(422);
  });

  it('is in the list without results and errors_detail', async () => {
    const { body } = await api.send<{ data: BatchBody[] }>('GET', '/v1/batches?limit=100');
    const listed = body.data.find(({ id }) => id === created.id);
    const summary = Object.fromEntries(Object.entries(ended).filter(([field]) => !DETAIL_ONLY.includes(field)));
    expect(listed).toEqual(summary);
  });

  it('says that results are too long to be sent', async () => {
    const { body } = await api.create({ requests: chatItems(Array<string>(30).fill('x'), 'sandbox/echo') });
    const batch = await api.waitFor(body.id);
    expect(batch).toMatchObject({ status: 'completed', results: null, results_truncated: true });
    expect((await api.content(batch.output_file_id ?? '')).trim().split('\n')).toHaveLength(30);
    expect((await api.send('GET', `/v1/batches/${body.id}?results=false`)).body).not.toHaveProperty('results');
  });

  it('stays as it is when it is cancelled after its end', async () => {
    const answer = await api.send<BatchBody>('POST', `/v1/batches/${created.id}/cancel`, '{}', {
      'content-type': 'application/json',
    });
    expect(answer.status).toBe(200);
    const { results: _, ...head } = ended;
    expect(answer.body).toMatchObject(head);
    expect(await api.get(created.id)).toEqual(ended);
  });

  it('is cancelling at once, then cancelled with what ran and an entry for the rest', async () => {
    const { body } = await api.create({ requests: chatItems(Array<string>(8).fill('x'), 'sandbox/echo') });
    await api.waitFor(body.id, ['in_progress']);
    const cancelled = await api.cancel(body.id);
    expect(cancelled).toMatchObject({ id: body.id, status: 'cancelling', cancelling_at: SECONDS, cancelled_at: null });
    expect((await api.cancel(body.id)).cancelling_at).toBe(cancelled.cancelling_at);

    const batch = await api.waitFor(body.id, ['cancelled']);
    const outcomes = batch.results?.map(({ response, error }) => response?.status_code ?? error?.code) ?? [];
    const ran = outcomes.filter((outcome) => outcome === 200).length;
    expect(outcomes).toEqual([...Array<number>(ran).fill(200), ...Array<string>(8 - ran).fill('batch_cancelled')]);
    expect(ran).toBeLessThan(8);
    expect(batch).toMatchObject({ cancelled_at: SECONDS, completed_at: null, usage_synced: true });
    expect(batch.request_counts).toEqual({ total: 8, completed: ran, failed: 8 - ran });
  });

  it('can be cancelled with no body and no content type', async () => {
    const { body } = await api.create({ requests: chatItems(['x'], 'sandbox/echo') });
    const answer = await api.send<BatchBody>('POST', `/v1/batches/${body.id}/cancel`);
    expect([answer.status, answer.body.status]).toEqual([200, 'cancelling']);
    expect((await api.waitFor(body.id)).status).toBe('cancelled');
  });
});
