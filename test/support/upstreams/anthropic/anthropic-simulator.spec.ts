import { AnthropicSimulator } from './anthropic-simulator';
import { main } from '../run';
import type { MessageBatch, SimulatorOptions } from './types';
import { refusalOf } from './validate-params';

const HEADERS = { 'x-api-key': 'sk-ant-simulated', 'anthropic-version': '2023-06-01' };
const params = (text = 'hi', more: object = {}) => ({
  model: 'claude',
  max_tokens: 5,
  messages: [{ role: 'user', content: text }],
  ...more,
});
const request = (custom_id: unknown, text?: string, more?: object) => ({ custom_id, params: params(text, more) });

describe('AnthropicSimulator', () => {
  let simulator: AnthropicSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await AnthropicSimulator.start({ runningMs: 1, cancelingMs: 1, ...options });
  }
  afterEach(() => simulator.stop());

  async function send(method: string, path = '', body?: unknown, headers: Record<string, string> = HEADERS) {
    const init = { method, headers: { 'content-type': 'application/json', ...headers } };
    const url = `${simulator.url}/v1/messages/batches${path}`;
    const answer = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
  }
  const create = async (requests: readonly object[]) => (await send('POST', '', { requests })).json() as MessageBatch;
  const ended = (id: string) => simulator.waitForBatch((batch) => batch.id === id && batch.ended);

  it('runs a batch, keeps its counts at zero until the end, and mixes its rows', async () => {
    await start();
    simulator.hold();
    const made = await create(Array.from({ length: 12 }, (_, index) => request(`r${index}`, index ? 'hi' : '#expire')));
    expect(made).toMatchObject({ processing_status: 'in_progress', results_url: null, ended_at: null });
    await simulator.waitForBatch((batch) => batch.ran === 6);
    const counts = { processing: 12, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    expect((await send('GET', `/${made.id}`)).json().request_counts).toEqual(counts);
    expect([(await send('GET', `/${made.id}/results`)).status, (await send('DELETE', `/${made.id}`)).status]).toEqual([
      400, 400,
    ]);
    simulator.release();
    const poll = await send('GET', `/${made.id}`);
    expect(poll.headers.get('retry-after')).toBe('10');
    expect(poll.json()).toMatchObject({
      processing_status: 'ended',
      request_counts: { ...counts, processing: 0, succeeded: 11, expired: 1 },
      results_url: `${simulator.url}/v1/messages/batches/${made.id}/results`,
    });
    const { text } = await send('GET', `/${made.id}/results`);
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).custom_id as string);
    const sent = simulator.created[0]?.customIds ?? [];
    expect([ids.length, ids.join() === sent.join(), [...ids].sort()]).toEqual([12, false, [...sent].sort()]);
  });

  it('cancels what has not run, once, and deletes what has ended', async () => {
    await start({ cancelingMs: 300 });
    simulator.hold();
    const { id } = await create([request('a'), request('b')]);
    await simulator.waitForBatch((batch) => batch.ran === 1);
    for (let time = 0; time < 2; time++) {
      expect((await send('POST', `/${id}/cancel`, {})).json().processing_status).toBe('canceling');
    }
    await ended(id);
    expect((await send('POST', `/${id}/cancel`, {})).status).toBe(400);
    expect((await send('GET', `/${id}`)).json().request_counts).toMatchObject({ succeeded: 1, canceled: 1 });
    expect((await send('DELETE', `/${id}`)).json()).toEqual({ id, type: 'message_batch_deleted' });
    expect((await send('GET', `/${id}`)).status).toBe(404);
  });

  it('lists the newest first, in pages', async () => {
    await start();
    const made: string[] = [];
    for (let index = 0; index < 3; index++) made.push((await create([request('a')])).id);
    const first = (await send('GET', '?limit=2')).json();
    expect([first.data.map(({ id }: MessageBatch) => id), first.has_more]).toEqual([[made[2], made[1]], true]);
    const rest = (await send('GET', `?limit=2&after_id=${first.last_id}`)).json();
    expect([rest.data.map(({ id }: MessageBatch) => id), rest.has_more]).toEqual([[made[0]], false]);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['no requests', { requests: [] }],
    ['too many requests', { requests: [request('a'), request('b'), request('c')] }],
    ['another field', { requests: [request('a')], metadata: {} }],
    ['another field of a request', { requests: [{ ...request('a'), method: 'POST' }] }],
    ['an id with a space', { requests: [request('a b')] }],
    ['a long id', { requests: [request('a'.repeat(65))] }],
    ['an id twice', { requests: [request('a'), request('a')] }],
    ['no params', { requests: [{ custom_id: 'a' }] }],
  ])('refuses a create at once that has %s', async (_, body) => {
    await start({ maxRequests: 2 });
    const { status, json } = await send('POST', '', body);
    expect([status, json().error.type]).toEqual([400, 'invalid_request_error']);
    expect(simulator.created).toEqual([]);
  });

  it('knows one key, one version and a limit', async () => {
    await start({ maxBytes: 200 });
    expect((await send('GET', '', undefined, { ...HEADERS, 'x-api-key': 'x' })).status).toBe(401);
    expect((await send('GET', '', undefined, { 'x-api-key': 'sk-ant-simulated' })).status).toBe(400);
    expect((await send('POST', '', { requests: [request('a', 'x'.repeat(200))] })).status).toBe(413);
  });

  it('judges the params only when a request runs', async () => {
    await start();
    const { id } = await create([request('a', 'hi', { stream: true })]);
    await ended(id);
    expect(JSON.parse((await send('GET', `/${id}/results`)).text)).toMatchObject({
      custom_id: 'a',
      result: { type: 'errored', error: { type: 'error', error: { type: 'invalid_request_error' } } },
    });
  });

  it('runs alone and is steered over its control paths', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    simulator = (await main(['anthropic', '--state-ms', '1', '--key', 'sk-ant-alone'])) as AnthropicSimulator;
    expect(JSON.parse(String(write.mock.calls[0]?.[0]))).toEqual({ url: simulator.url });
    write.mockRestore();
    const control = async (path: string, body?: object): Promise<unknown> => {
      const init = body && { method: 'POST', body: JSON.stringify(body) };
      return (await fetch(`${simulator.url}/__control/${path}`, init)).json();
    };
    await control('hold', {});
    await control('faults', { route: 'list', kind: { status: 500 } });
    const key = { ...HEADERS, 'x-api-key': 'sk-ant-alone' };
    expect((await send('GET', '', undefined, key)).json()).toMatchObject({ error: { type: 'api_error' } });
    await send('POST', '', { requests: [request('a')] }, key);
    await control('expire', {});
    expect(await control('state')).toMatchObject({
      requests: { list: 1, create: 1 },
      batches: [{ processing_status: 'ended', request_counts: { expired: 1 } }],
      pendingFaults: 0,
    });
    expect(await control('faults', { route: 'x' })).toEqual({ error: 'not a fault' });
    expect(await control('nonsense')).toEqual({ error: 'no such control' });
    expect(await control('release', {})).toEqual({ ok: true });
  });
});

describe('refusalOf', () => {
  const use = { type: 'tool_use', id: 't1', name: 'f', input: {} };
  const result = { type: 'tool_result', tool_use_id: 't1' };
  const turns = (...messages: object[]) => params('', { messages });
  const user = (...content: object[]) => ({ role: 'user', content });
  const text = { type: 'text', text: 'x' };

  it.each([
    [params()],
    [params('hi', { system: [text], stop_sequences: ['a'], metadata: { user_id: 'u' }, temperature: 1 })],
    [turns(user(text), { role: 'assistant', content: [text, use] }, user(result, text))],
  ])('takes %j', (taken) => {
    expect(refusalOf(taken)).toBeNull();
  });

  it.each([
    [params('')],
    [params('hi', { max_tokens: 0 })],
    [params('hi', { speed: 'fast' })],
    [params('hi', { temperature: 1.1 })],
    [params('hi', { temperature: 1, top_p: 1 })],
    [params('hi', { stop_sequences: [' '] })],
    [params('hi', { system: [{ type: 'text', text: '' }] })],
    [params('hi', { tool_choice: { type: 'auto' } })],
    [params('hi', { tools: [{ name: 'f', input_schema: {} }], tool_choice: { type: 'required' } })],
    [params('hi', { thinking: { type: 'enabled', budget_tokens: 1023 } })],
    [params('hi', { output_config: { effort: 'minimal' } })],
    [turns({ role: 'system', content: 'x' })],
    [turns({ role: 'assistant', content: 'x' }, user(text))],
    [turns(user(text), { role: 'assistant', content: 'x' })],
    [turns(user(text), { role: 'assistant', content: [use] }, user(text))],
    [turns(user(text), { role: 'assistant', content: [use] }, user(text, result))],
    [turns(user(result))],
    [turns(user({ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: 'AAAA' } }))],
  ])('refuses %j', (refused) => {
    expect(refusalOf(refused)).toEqual(expect.any(String));
  });
});
