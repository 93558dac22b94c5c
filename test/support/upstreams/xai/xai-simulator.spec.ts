import type { SimulatorOptions, XaiBatch } from './types';
import { XaiSimulator } from './xai-simulator';

const KEY = 'xai-simulated';
const body = (text: string, more: object = {}) => ({
  model: 'grok-4.3',
  messages: [{ role: 'user', content: text }],
  ...more,
});
const line = (custom_id: unknown, text = 'hi', more: object = {}) => ({
  ...{ custom_id, method: 'POST', url: '/v1/chat/completions', body: body(text) },
  ...more,
});
const jsonl = (...lines: readonly unknown[]) => lines.map((each) => `${JSON.stringify(each)}\n`).join('');

describe('XaiSimulator', () => {
  let simulator: XaiSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await XaiSimulator.start({ stateMs: 1, ...options });
  }
  afterEach(() => simulator.stop());

  async function send(method: string, path: string, json?: unknown, key: string | null = KEY) {
    const headers = { ...(key !== null && { authorization: `Bearer ${key}` }), 'content-type': 'application/json' };
    const init = { method, headers, ...(json !== undefined && { body: JSON.stringify(json) }) };
    const answer = await fetch(simulator.url + path, init);
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  }

  async function upload(
    content: string,
    fields: readonly (readonly [string, string])[] = [],
    after: typeof fields = [],
  ) {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    form.append('file', new Blob([content]), 'input.jsonl');
    for (const [name, value] of after) form.append(name, value);
    const answer = await fetch(`${simulator.url}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: form,
    });
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  }

  async function create(content: string): Promise<XaiBatch> {
    const { json: file } = await upload(content);
    return (await send('POST', '/batches', { name: 'n', input_file_id: file.id })).json as XaiBatch;
  }

  const ended = (id: string) => simulator.waitForBatch((batch) => batch.id === id && batch.ended);
  const stateOf = async (id: string) => (await send('GET', `/batches/${id}`)).json as XaiBatch;

  it('counts nothing before the input is read in, tells days for times, and mixes its rows', async () => {
    await start();
    simulator.hold('validating');
    const made = await create(jsonl(...Array.from({ length: 12 }, (_, index) => line(`r${index}`))));
    expect(made).toMatchObject({
      batch_id: expect.stringMatching(/^batch_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      create_time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      state: { num_requests: 0, num_pending: 0 },
    });
    simulator.release();
    await ended(made.batch_id);
    expect((await stateOf(made.batch_id)).state).toEqual({
      ...{ num_requests: 12, num_pending: 0, num_success: 12, num_error: 0, num_cancelled: 0 },
    });
    const { results } = (await send('GET', `/batches/${made.batch_id}/results`)).json;
    const ids = results.map(({ batch_request_id: id }: { batch_request_id: string }) => id) as string[];
    const sent = simulator.created[0]?.customIds ?? [];
    expect([ids.length, ids.join() === sent.join(), [...ids].sort()]).toEqual([12, false, [...sent].sort()]);
  });

  it('gives its results in pages, and no page for a limit or a token that is none', async () => {
    await start();
    const { batch_id: id } = await create(jsonl(line('a'), line('b'), line('c')));
    await ended(id);
    const first = (await send('GET', `/batches/${id}/results?limit=2`)).json;
    expect([first.results.length, typeof first.pagination_token]).toEqual([2, 'string']);
    const token = encodeURIComponent(first.pagination_token);
    const last = (await send('GET', `/batches/${id}/results?limit=2&pagination_token=${token}`)).json;
    expect([last.results.length, last.pagination_token]).toEqual([1, null]);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'pagination_token=x']) {
      expect((await send('GET', `/batches/${id}/results?${query}`)).status).toBe(400);
    }
  });

  it('cancels at once, and lets what was under way land after all', async () => {
    await start();
    simulator.hold('in_progress');
    const { batch_id: id } = await create(jsonl(line('a'), line('b'), line('c'), line('d')));
    await simulator.waitForBatch(({ ran }) => ran === 2);
    for (let time = 0; time < 2; time++) {
      expect((await send('POST', `/batches/${id}:cancel`)).json).toMatchObject({
        cancel_time: expect.any(String),
        state: { num_pending: 0, num_success: 2, num_cancelled: 2 },
      });
    }
    const { results } = (await send('GET', `/batches/${id}/results`)).json;
    expect(results).toContainEqual({ batch_request_id: 'c', batch_result: { error: 'Batch cancelled' } });
    const { batch_request_metadata: requests } = (await send('GET', `/batches/${id}/requests`)).json;
    expect(requests[3]).toMatchObject({ batch_request_id: 'd', state: 'cancelled' });
    simulator.landCancelled();
    expect((await stateOf(id)).state).toMatchObject({ num_success: 4, num_cancelled: 0 });
  });

  it('lists batches and files in pages, and takes files away', async () => {
    await start();
    for (let made = 0; made < 3; made++) await create(jsonl(line('a')));
    const { batches, pagination_token: next } = (await send('GET', '/batches?limit=2')).json;
    expect([batches.length, typeof next]).toEqual([2, 'string']);
    const { data, pagination_token: always } = (await send('GET', '/files?order=desc&limit=3')).json;
    expect([data.length, typeof always]).toEqual([3, 'string']);
    expect(data[0].id).toBe(simulator.uploads[2]?.id);
    const path = `/files/${data[0].id}`;
    expect((await send('GET', path)).json.filename).toBe('input.jsonl');
    expect((await send('DELETE', path)).json.deleted).toBe(true);
    expect([(await send('GET', path)).status, (await send('DELETE', path)).status]).toEqual([404, 404]);
    const gone = await send('POST', '/batches', { name: 'n', input_file_id: data[0].id });
    expect([gone.status, gone.json]).toEqual([404, { code: 'not-found', error: 'File not found' }]);
  });

  it.each<[string, string, RegExp]>([
    ['an empty file', '', /1 to 50000 requests/],
    ['no JSON', `${jsonl(line('a'))}{\n`, /line 2: invalid JSON/],
    ['another field', jsonl(line('a', 'hi', { x: 1 })), /line 1: unknown field x/],
    ['no id', jsonl(line('')), /custom_id is required/],
    ['an id twice', jsonl(line('a'), line('a')), /line 2: duplicate/],
    ['another method', jsonl(line('a', 'hi', { method: 'GET' })), /method/],
    ['another url', jsonl(line('a', 'hi', { url: '/v1/embeddings' })), /url/],
    ['no body', jsonl(line('a', 'hi', { body: 1 })), /body/],
    ['no model', jsonl(line('a', 'hi', { body: {} })), /model is required/],
    ['a stream', jsonl(line('a', 'hi', { body: body('hi', { stream: true }) })), /stream/],
    ['poison', jsonl(line('a'), line('b', '#poison')), /line 2: invalid request/],
    ['a long line', jsonl(line('a', 'x'.repeat(500))), /larger than 400 bytes/],
    [
      'a model that is not batched',
      jsonl(line('a', 'hi', { body: body('hi', { model: 'grok-4.5' }) })),
      /failed: Model/,
    ],
  ])('ends a batch over %s, and says why', async (_, content, reason) => {
    await start({ maxLineBytes: 400 });
    const { batch_id: id } = await create(content);
    await ended(id);
    expect(await stateOf(id)).toMatchObject({
      cancel_time: expect.any(String),
      cancel_by_xai_message: expect.stringMatching(reason),
      state: { num_requests: 0 },
    });
  });

  it('takes an upload with its fields before the file, and an expiry in its bounds', async () => {
    await start({ maxUploadBytes: 200 });
    const expiry = (seconds: string) => [['expires_after', seconds]] as const;
    const { json } = await upload('x', [['purpose', 'batch'], ...expiry('3600')]);
    expect(json.expires_at - json.created_at).toBe(3600);
    expect(json).toMatchObject({ id: expect.stringMatching(/^file_/), purpose: 'batch', bytes: 1 });
    expect((await upload('x')).json.expires_at).toBeNull();
    expect((await upload('x', [], expiry('3600'))).status).toBe(400);
    for (const seconds of ['3599', '2592001', '1h']) expect((await upload('x', expiry(seconds))).status).toBe(400);
    expect((await upload('x', [['expires_after[seconds]', '3600']])).status).toBe(400);
    expect((await upload('x'.repeat(201))).status).toBe(413);
  });

  it.each([
    ['no name', {}],
    ['a field of another vendor', { name: 'n', endpoint: '/v1/chat/completions' }],
    ['an input that is no text', { name: 'n', input_file_id: 7 }],
    ['no object', []],
  ])('refuses a create with %s', async (_, json) => {
    await start();
    expect((await send('POST', '/batches', json)).status).toBe(400);
  });

  it('takes requests one by one where there is no input, and none where there is or after a cancel', async () => {
    await start();
    const { batch_id: open } = (await send('POST', '/batches', { name: 'n' })).json;
    const added = { batch_requests: [{ batch_request_id: 'a', batch_request: { chat_get_completion: body('hi') } }] };
    expect((await send('POST', `/batches/${open}/requests`, { batch_requests: [{}] })).status).toBe(400);
    expect((await send('POST', `/batches/${open}/requests`, added)).status).toBe(200);
    await ended(open);
    await send('POST', `/batches/${open}:cancel`);
    expect((await send('POST', `/batches/${open}/requests`, added)).status).toBe(403);
    const { batch_id: sealed } = await create(jsonl(line('a')));
    expect((await send('POST', `/batches/${sealed}/requests`, added)).status).toBe(412);
  });

  it('knows one key, and says 400 to another', async () => {
    await start();
    expect((await send('GET', '/batches', undefined, null)).status).toBe(401);
    const { status, json } = await send('GET', '/batches', undefined, 'xai-wrong');
    expect([status, json]).toEqual([
      400,
      {
        code: 'Client specified an invalid argument',
        error: 'Incorrect API key provided: xa***ng. You can obtain an API key from https://console.x.ai.',
      },
    ]);
    expect((await send('GET', '/nothing')).status).toBe(404);
  });

  it('is steered over its control paths', async () => {
    await start();
    const control = async (path: string, json?: object): Promise<unknown> => {
      const init = json && { method: 'POST', body: JSON.stringify(json) };
      return (await fetch(`${simulator.origin}/__control/${path}`, init)).json();
    };
    expect(await control('hold', { state: 'finalizing' })).toEqual({ error: expect.stringContaining('finalizing') });
    await control('hold', { state: 'in_progress', finished: 1 });
    const { batch_id: id } = await create(jsonl(line('a'), line('b')));
    await simulator.waitForBatch(({ ran }) => ran === 1);
    await control('expire', {});
    expect(await control('state')).toMatchObject({ batches: [{ batch_id: id, state: { num_cancelled: 1 } }] });
  });
});
