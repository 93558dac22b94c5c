import { keysUntil } from './key-order';
import { OpenRouterSimulator } from './openrouter-simulator';
import type { SimulatorOptions } from './types';

const CHAT = '/v1/chat/completions';
const MODEL = 'openai/gpt-4o';
const request = (custom_id: unknown, text = 'hi', more: object = {}) => ({
  custom_id,
  body: { messages: [{ role: 'user', content: text }], ...more },
});
const batch = (requests: readonly unknown[], endpoint = CHAT) => ({ endpoint, model: MODEL, requests });

describe('OpenRouterSimulator', () => {
  let simulator: OpenRouterSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await OpenRouterSimulator.start({ stateMs: 1, ...options });
  }
  afterEach(() => simulator.stop());

  async function send(method: string, path = '', body?: unknown, key = 'sk-or-v1-simulated') {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(simulator.url + path, { method, headers, ...(body !== undefined && { body: text }) });
    const received = await answer.text();
    return { status: answer.status, text: received, json: () => JSON.parse(received) };
  }
  const create = async (body: unknown): Promise<string> => (await send('POST', '', body)).json().id;
  const ended = (id: string) => simulator.waitForBatch((record) => record.id === id && record.ended);

  it('runs a batch, and shows its results, mixed, when it is completed', async () => {
    await start();
    simulator.hold();
    const made = await send('POST', '', batch(Array.from({ length: 12 }, (_, index) => request(`r${index}`))));
    expect([made.status, made.json()]).toMatchObject([202, { object: 'batch', status: 'validating', results: null }]);
    const { id } = made.json();
    await simulator.waitForBatch((record) => record.ran === 6);
    const running = (await send('GET', `/${id}`)).json();
    expect(running).toMatchObject({
      status: 'in_progress',
      request_counts: { total: 12, completed: 0 },
      results: null,
    });
    expect([(await send('DELETE', `/${id}`)).status, (await send('POST', `/${id}/cancel`, {})).text]).toEqual([
      409,
      '404 Not Found',
    ]);
    simulator.release();
    await ended(id);
    const done = (await send('GET', `/${id}`)).json();
    expect(done).toMatchObject({ status: 'completed', request_counts: { total: 12, completed: 12, failed: 0 } });
    const ids = done.results.map(({ custom_id }: { custom_id: string }) => custom_id);
    const sent = simulator.created[0]?.customIds ?? [];
    expect([ids.join() === sent.join(), [...ids].sort()]).toEqual([false, [...sent].sort()]);
    expect((await send('DELETE', `/${id}`)).json()).toMatchObject({ id, deletion: { openrouter: 'deleted' } });
    expect((await send('GET', `/${id}`)).status).toBe(404);
  });

  it('lists the newest first, in pages, without results', async () => {
    await start();
    const made: string[] = [];
    for (let index = 0; index < 3; index++) made.push(await create(batch([request('a')])));
    const first = (await send('GET', '?limit=2')).json();
    expect([first.data.map(({ id }: { id: string }) => id), first.has_more]).toEqual([[made[2], made[1]], true]);
    const rest = (await send('GET', `?limit=2&after=${first.last_id}`)).json();
    expect(rest).toMatchObject({ data: [{ id: made[0], results: null }], has_more: false });
    expect([(await send('GET', '?limit=101')).status, (await send('GET', '?before=x')).status]).toEqual([400, 400]);
  });

  it.each<[string, string, number]>([
    ['requests first', `{"requests":[],"endpoint":"${CHAT}","model":"${MODEL}"}`, 400],
    ['the model behind them', `{"endpoint":"${CHAT}","requests":[],"model":"${MODEL}"}`, 400],
    ['the model inside them', `{"endpoint":"${CHAT}","requests":[{"model":1}]}`, 400],
    ['no requests', `{"endpoint":"${CHAT}","model":"${MODEL}"}`, 400],
    ['half a body', `{"endpoint":"${CHAT}","model":"${MODEL}","requests":[`, 400],
    ['an empty list', JSON.stringify(batch([])), 400],
    ['another endpoint', JSON.stringify(batch([request('a')], '/v1/completions')), 400],
    ['another field', JSON.stringify({ metadata: {}, ...batch([request('a')]) }), 400],
    ['another window', JSON.stringify({ completion_window: '48h', ...batch([request('a')]) }), 400],
    ['no slug', JSON.stringify({ ...batch([request('a')]), model: 'gpt-4o' }), 400],
    ['a model without batches', JSON.stringify({ ...batch([request('a')]), model: 'none/x' }), 400],
    ['another model in a line', JSON.stringify(batch([request('a', 'hi', { model: 'openai/o1' })])), 400],
    ['no id', JSON.stringify(batch([request('a'), request(undefined)])), 400],
    ['a long id', JSON.stringify(batch([request('a'.repeat(65))])), 422],
    ['an id twice', JSON.stringify(batch([request('a'), request('a')])), 422],
    ['too many', JSON.stringify(batch([request('a'), request('b'), request('c')])), 400],
    ['too much', JSON.stringify(batch([request('a', 'x'.repeat(2000))])), 413],
  ])('refuses a create at once that has %s', async (_, body, status) => {
    await start({ maxRequests: 2, maxBytes: 2000 });
    expect((await send('POST', '', body)).status).toBe(status);
    expect(simulator.created).toEqual([]);
  });

  it('names the request in its refusal, counted from 0', async () => {
    await start();
    const { json } = await send('POST', '', batch([request('a'), request('')]));
    expect(json()).toEqual({ error: { code: 400, message: 'custom_id is required on requests[1].' } });
    expect((await send('GET', '', undefined, 'other')).status).toBe(401);
  });

  const user = (...parts: object[]) => ({ messages: [{ role: 'user', content: parts }] });
  it.each<[string, string, object]>([
    ['no messages', CHAT, { messages: [] }],
    ['a word of the test', CHAT, user({ type: 'text', text: '#refuse' })],
    ['max_tokens 0', CHAT, { ...user({ type: 'text', text: 'x' }), max_tokens: 0 }],
    ['audio', CHAT, { ...user({ type: 'text', text: 'x' }), modalities: ['text', 'audio'] }],
    ['an image', CHAT, user({ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } })],
    ['a file', CHAT, user({ type: 'file', file: { file_data: 'DATA:application/pdf;base64,AA' } })],
    ['an image', '/v1/responses', { input: [{ content: [{ type: 'input_image', image_url: 'data:x' }] }] }],
    ['a provider', '/v1/embeddings', { input: 'x', provider: { only: ['openai'] } }],
    ['an object', '/v1/embeddings', { input: [{ content: [] }] }],
  ])('fails a whole batch for one request that has %s in %s', async (_, endpoint, body) => {
    await start();
    const fine = endpoint === '/v1/embeddings' || endpoint === '/v1/responses' ? { input: 'x' } : request('').body;
    const id = await create(
      batch(
        [
          { custom_id: 'good', body: fine },
          { custom_id: 'bad', body },
        ],
        endpoint,
      ),
    );
    await ended(id);
    expect((await send('GET', `/${id}`)).json()).toMatchObject({
      status: 'failed',
      request_counts: { total: 2, completed: 0, failed: 2 },
      usage: null,
      results: null,
      error: { message: expect.stringContaining("'bad'") },
    });
  });

  it('answers in the shape of each endpoint', async () => {
    await start();
    for (const [endpoint, body, object] of [
      [CHAT, request('').body, 'chat.completion'],
      ['/v1/responses', { input: 'hi' }, 'response'],
      ['/v1/embeddings', { input: ['a', 'b'] }, 'list'],
    ] as const) {
      const id = await create(batch([{ custom_id: 'a', body }], endpoint));
      await ended(id);
      const [row] = (await send('GET', `/${id}`)).json().results;
      expect(row).toMatchObject({ custom_id: 'a', response: { status_code: 200, body: { object } }, error: null });
    }
  });

  it('shows nothing of a batch that expired or was stopped elsewhere, though it is charged', async () => {
    await start();
    simulator.hold();
    const ids = [await create(batch([request('a'), request('b')])), await create(batch([request('c'), request('d')]))];
    await Promise.all(ids.map((id) => simulator.waitForBatch((record) => record.id === id && record.ran === 1)));
    simulator.cancelElsewhere(simulator.created[0]!);
    simulator.expireAll();
    const [stopped, expired] = await Promise.all(ids.map(async (id) => (await send('GET', `/${id}`)).json()));
    expect(stopped).toMatchObject({ status: 'cancelled', results: null, usage: { cost: expect.any(Number) } });
    expect(expired).toMatchObject({ status: 'expired', results: null });
  });

  it('hides a new batch as long as it is told', async () => {
    await start();
    simulator.faults.add({ route: 'create', kind: { visible_after_ms: 60_000 } });
    const id = await create(batch([request('a')]));
    expect([(await send('GET', `/${id}`)).status, (await send('GET')).json().data]).toEqual([404, []]);
  });
});

describe('keysUntil', () => {
  it.each([
    ['{"a":1,"b":{"x":[{"y":2}]},"requests":[{"z":1}],"c":3}', ['a', 'b', 'requests']],
    ['{"a" : "requests" , "\\"}{":"[", "requests":1}', ['a', '\\"}{', 'requests']],
    ['["requests"]', []],
    ['{"a":"', ['a']],
  ])('of %s', (text, keys) => {
    expect(keysUntil(Buffer.from(text), 'requests')).toEqual(keys);
  });
});
