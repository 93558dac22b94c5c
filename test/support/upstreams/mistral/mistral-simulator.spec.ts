import { MistralSimulator } from './mistral-simulator';
import type { JobObject, SimulatorOptions } from './types';
import { complaintOf } from './validate-body';

const chat = (content: unknown = 'hi', more: object = {}) => ({ messages: [{ role: 'user', content }], ...more });
const line = (custom_id: unknown, body: unknown = chat()) => JSON.stringify({ custom_id, body });
const NO_FILE = '00000000-0000-4000-8000-000000000000';

describe('MistralSimulator', () => {
  let simulator: MistralSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await MistralSimulator.start({ stateMs: 1, ...options });
  }
  afterEach(() => simulator.stop());

  async function send(method: string, path: string, body?: FormData | object, key = 'simulated-mistral-key') {
    const isForm = body instanceof FormData;
    const headers = { authorization: `Bearer ${key}`, ...(!isForm && body && { 'content-type': 'application/json' }) };
    const sent = isForm ? body : body && JSON.stringify(body);
    const answer = await fetch(simulator.url + path, { method, headers, body: sent ?? null });
    const text = await answer.text();
    return { status: answer.status, text, json: () => JSON.parse(text) };
  }

  function upload(content: string, purpose = 'batch') {
    const form = new FormData();
    form.set('purpose', purpose);
    form.set('file', new Blob([content]), 'in.jsonl');
    return send('POST', '/files', form);
  }

  const create = (inputFile: unknown, more: object = {}) =>
    send('POST', '/batch/jobs', {
      input_files: [inputFile],
      endpoint: '/v1/chat/completions',
      model: 'mistral-small-latest',
      ...more,
    });

  async function submit(...lines: readonly string[]): Promise<JobObject> {
    const { id } = (await upload(`${lines.join('\n')}\n`)).json();
    return (await create(id)).json() as JobObject;
  }

  const job = async (id: string) => (await send('GET', `/batch/jobs/${id}`)).json() as JobObject;
  const ended = (id: string) => simulator.waitForBatch((each) => each.id === id && each.completed_at !== null);
  interface Row {
    readonly custom_id: string | null;
    readonly response: { readonly status_code: number; readonly body: unknown };
  }
  const rows = async (fileId: string | null): Promise<Row[]> => {
    const { text } = await send('GET', `/files/${fileId}/content`);
    const lines = text.trimEnd().split('\n');
    return lines.map((row) => JSON.parse(row) as Row);
  };

  it('runs a job, tells its counts late, and mixes its rows', async () => {
    await start();
    simulator.hold('QUEUED');
    const texts = Array.from({ length: 12 }, (_, index) => (index < 2 ? '#status:400' : `say ${index}`));
    const made = await submit(...texts.map((text, index) => line(`r${index}`, chat(text))));
    expect(made).toMatchObject({
      status: 'QUEUED',
      total_requests: 0,
      output_file: null,
      error_file: null,
      errors: [],
    });
    simulator.hold('RUNNING', 3);
    simulator.release('QUEUED');
    await simulator.waitForBatch(({ completed_requests: done }) => done === 3);
    expect(await job(made.id)).toMatchObject({ status: 'RUNNING', total_requests: 12, failed_requests: 2 });
    simulator.release();
    await ended(made.id);
    const done = await job(made.id);
    expect(done).toMatchObject({
      status: 'SUCCESS',
      completed_requests: 12,
      succeeded_requests: 10,
      failed_requests: 2,
      errors: [{ message: 'HTTP Error, status code: 400', count: 2 }],
    });
    const output = await rows(done.output_file);
    const ids = output.map(({ custom_id: id }) => id);
    const sent = Array.from({ length: 10 }, (_, index) => `r${index + 2}`);
    expect([ids.join() === sent.join(), [...ids].sort()]).toEqual([false, [...sent].sort()]);
    expect(output[0]).toMatchObject({
      response: { status_code: 200, body: { object: 'chat.completion' } },
      error: null,
    });
    const [failed] = await rows(done.error_file);
    expect(failed).toMatchObject({ response: { status_code: 400, body: expect.any(String) }, error: null });
    expect(JSON.parse(String(failed?.response.body))).toMatchObject({
      object: 'error',
      code: '3310',
      raw_status_code: 400,
    });
  });

  it('takes ids that come twice or not at all, and a model in a line that it does not look at', async () => {
    await start();
    const none = JSON.stringify({ body: chat() });
    const { id } = await submit(line('dup', chat('a', { model: 'none' })), line('dup'), none);
    await ended(id);
    const { output_file: output, error_file: error } = await job(id);
    expect((await rows(output)).map(({ custom_id: customId }) => customId).sort()).toEqual(['dup', 'dup', null]);
    expect(error).toBeNull();
  });

  it('cancels at once what has not begun, and keeps what ran of the rest', async () => {
    await start();
    simulator.hold('QUEUED');
    const early = await submit(line('a'));
    expect((await send('POST', `/batch/jobs/${early.id}/cancel`, {})).json()).toMatchObject({
      status: 'CANCELLED',
      total_requests: 0,
      output_file: null,
    });
    simulator.release();
    simulator.hold();
    const late = await submit(line('a'), line('b'));
    await simulator.waitForBatch(({ completed_requests: done }) => done === 1);
    simulator.hold('CANCELLATION_REQUESTED');
    for (let time = 0; time < 2; time++) {
      const { status } = (await send('POST', `/batch/jobs/${late.id}/cancel`, {})).json();
      expect(status).toBe('CANCELLATION_REQUESTED');
    }
    simulator.release();
    await ended(late.id);
    const done = await job(late.id);
    expect(done).toMatchObject({ status: 'CANCELLED', total_requests: 2, completed_requests: 1 });
    expect(await rows(done.output_file)).toHaveLength(1);
    expect((await send('POST', `/batch/jobs/${late.id}/cancel`, {})).status).toBe(400);
  });

  it('lists the newest jobs first, in pages that count from 0', async () => {
    await start();
    const made: string[] = [];
    for (let index = 0; index < 3; index++) made.push((await submit(line('a'))).id);
    const list = async (query: string) => (await send('GET', `/batch/jobs?${query}`)).json();
    const ids = ({ data }: { data: JobObject[] }) => data.map(({ id }) => id);
    const first = await list('page_size=2');
    expect([ids(first), first.total]).toEqual([[made[2], made[1]], 3]);
    expect(ids(await list('page_size=2&page=1'))).toEqual([made[0]]);
    expect(ids(await list('order_by=created'))).toEqual(made);
    expect(ids(await list(`created_after=${new Date(Date.now() + 60_000).toISOString()}`))).toEqual([]);
    expect((await send('GET', '/batch/jobs?created_after=soon')).status).toBe(422);
    expect((await send('GET', '/batch/jobs?page=-1')).status).toBe(422);
  });

  it('tells inputs from results in the list of files, and deletes files and jobs', async () => {
    await start();
    const { id, input_files: inputs } = await submit(line('a'));
    await ended(id);
    const list = async (query: string) => (await send('GET', `/files?${query}`)).json();
    expect((await list('purpose=batch')).total).toBe(2);
    expect((await list('purpose=ocr')).total).toBe(0);
    const { data } = await list('sample_type=batch_request');
    expect(data).toEqual([expect.objectContaining({ id: inputs[0], filename: 'in.jsonl', num_lines: 1 })]);
    for (const path of [`/files/${inputs[0]}`, `/batch/jobs/${id}`]) {
      expect((await send('DELETE', path)).json()).toMatchObject({ deleted: true });
      expect([(await send('GET', path)).status, (await send('DELETE', path)).status]).toEqual([404, 404]);
    }
  });

  it('refuses a whole upload for its bad lines, and names them from 1', async () => {
    await start();
    const bad = line('b', chat('x', { temperature: 2 }));
    const { status, json } = await upload(
      [line('a'), bad, JSON.stringify({ method: 'POST', body: chat() })].join('\n'),
    );
    expect(status).toBe(422);
    expect(json()).toMatchObject({
      detail: 'Invalid file format.',
      description: expect.stringContaining('Found 2 errors'),
      errors: [
        {
          message: '1 validation error for BatchRequest body.temperature Input should be less than or equal to 1.5',
          line_number: 2,
        },
        { line_number: 3 },
      ],
    });
    expect((await send('GET', '/files')).json().total).toBe(0);
  });

  it.each([
    ['no line', ''],
    ['half a line', '{"custom_id":"a","body":'],
    ['a list', '[]'],
    ['an id that is a number', line(5)],
    ['no body', JSON.stringify({ custom_id: 'a' })],
  ])('refuses an upload of %s', async (_, content) => {
    await start();
    expect((await upload(content)).status).toBe(422);
  });

  it('refuses an upload for another purpose, without a file, or too large', async () => {
    await start({ maxBytes: 10 });
    const form = new FormData();
    form.set('purpose', 'batch');
    const statuses = [await upload(line('a'), 'ocr'), await send('POST', '/files', form), await upload(line('a'))];
    expect(statuses.map(({ status }) => status)).toEqual([422, 422, 413]);
  });

  it.each<[string, number, object]>([
    ['no file', 404, { input_files: [NO_FILE] }],
    ['an id of another form', 422, { input_files: ['file-1'] }],
    ['two files', 422, { input_files: [NO_FILE, NO_FILE] }],
    ['another endpoint', 422, { endpoint: '/v1/responses' }],
    ['an unknown model', 422, { model: 'gpt-4o' }],
    ['no model', 422, { model: null }],
    ['no hours', 422, { timeout_hours: 0 }],
    ['too many hours', 422, { timeout_hours: 169 }],
    ['half an hour', 422, { timeout_hours: 0.5 }],
    ['metadata that is no text', 422, { metadata: { a: 1 } }],
    ['another field', 422, { completion_window: '24h' }],
  ])('refuses a create with %s', async (_, status, more) => {
    await start();
    expect((await create(NO_FILE, more)).status).toBe(status);
    expect(simulator.created).toEqual([]);
  });

  it('knows one key and its own paths', async () => {
    await start();
    const wrong = await send('GET', '/batch/jobs', undefined, 'other');
    expect([wrong.status, wrong.json()]).toEqual([401, { detail: 'Invalid API Key' }]);
    expect((await send('GET', '/batches')).status).toBe(404);
  });

  it('is steered over its control paths', async () => {
    await start();
    const control = async (path: string, body?: object): Promise<unknown> => {
      const init = body && { method: 'POST', body: JSON.stringify(body) };
      return (await fetch(`${simulator.origin}/__control/${path}`, init)).json();
    };
    expect(await control('hold', { state: 'nonsense' })).toEqual({
      error: 'Not a state that can be held: nonsense',
    });
    await control('hold', {});
    await submit(line('a'), line('b'));
    await simulator.waitForBatch(({ completed_requests: done }) => done === 1);
    await control('expire', {});
    expect(await control('state')).toMatchObject({ jobs: [{ status: 'TIMEOUT_EXCEEDED', completed_requests: 1 }] });
    await control('faults', { route: 'list', kind: { status: 500 } });
    expect((await send('GET', '/batch/jobs')).json()).toMatchObject({ object: 'error', raw_status_code: 500 });
  });
});

describe('complaintOf', () => {
  const assistant = { role: 'assistant', content: null, tool_calls: [], prefix: false };
  const tool = { role: 'tool', content: 'x', tool_call_id: 'c', name: 'f' };

  it.each<[object]>([
    [chat()],
    [chat([{ type: 'text', text: 'x' }], { stop: ['a'], max_tokens: null, random_seed: 1, tool_choice: 'required' })],
    [{ messages: [{ role: 'system', content: 'x' }, assistant, tool] }],
    [chat('x', { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }, { type: 'web_search' }] })],
    [{ input: ['a'], output_dimension: 5, encoding_format: 'base64' }],
  ])('takes %j', (body) => {
    expect(complaintOf({ ...body })).toBeNull();
  });

  it.each<[object]>([
    [{}],
    [{ messages: [] }],
    [{ messages: [{ role: 'developer', content: 'x' }] }],
    [{ messages: [{ role: 'user', content: 'x', name: null }] }],
    [chat('x', { max_completion_tokens: 5 })],
    [chat('x', { seed: 5 })],
    [chat('x', { max_tokens: -5 })],
    [chat('x', { temperature: '1' })],
    [chat('x', { response_format: null })],
    [chat('x', { tool_choice: 'sometimes' })],
    [chat('x', { toString: 1 })],
    [chat('x', { tools: [{ type: 'function', function: { name: 'f' } }] })],
    [{ input: [1] }],
    [{ input: 'a', dimensions: 5 }],
  ])('complains of %j', (body) => {
    expect(complaintOf({ ...body })).toEqual(expect.any(String));
  });
});
