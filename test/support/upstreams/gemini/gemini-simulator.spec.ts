import { GeminiSimulator } from './gemini-simulator';
import type { SimulatorOptions } from './types';
import { requestRefusal } from './validate-request';

const KEY = { 'x-goog-api-key': 'gemini-simulated' };
const turn = (role: string, ...parts: object[]) => ({ role, parts });
const chat = (text = 'hi', more: object = {}) => ({ contents: [turn('user', { text })], ...more });
const inline = (key: string, request: object = chat()) => ({ request, metadata: { key } });

describe('GeminiSimulator', () => {
  let simulator: GeminiSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await GeminiSimulator.start({ stateMs: 1, ...options });
  }
  afterEach(() => simulator.stop());

  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = KEY) {
    const bytes = Buffer.isBuffer(body) ? body : body === undefined ? undefined : JSON.stringify(body);
    const url = path.startsWith('http') ? path : `${simulator.origin}${path}`;
    const init = { method, headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(url, bytes === undefined ? init : { ...init, body: bytes });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
  }
  const create = (inputConfig: object, verb = 'batchGenerateContent') =>
    send('POST', `/v1beta/models/gemini-x:${verb}`, { batch: { displayName: 'd', inputConfig } });
  const requests = (...all: object[]) => create({ requests: { requests: all } });
  const get = async (name: string) => (await send('GET', `/v1beta/${name}`)).json();
  const ended = (name: string) => simulator.waitForBatch((batch) => `batches/${batch.id}` === name && batch.ended);

  async function upload(content: string, announced = content.length) {
    const begun = await send(
      'POST',
      '/upload/v1beta/files',
      { file: { displayName: 'in' } },
      {
        ...KEY,
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(announced),
        'x-goog-upload-header-content-type': 'application/jsonl',
      },
    );
    const headers = { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' };
    return send('POST', begun.headers.get('x-goog-upload-url') ?? '', Buffer.from(content), headers);
  }
  const line = (key: string, request: object = chat()) => `${JSON.stringify({ key, request })}\n`;

  it('runs an inline batch, counts in text, and mixes its answers, at both places', async () => {
    await start();
    simulator.hold();
    const made = (
      await requests(...Array.from({ length: 12 }, (_, i) => inline(`r${i}`, chat(i ? 'hi' : '#error:8'))))
    ).json();
    expect(made).toMatchObject({
      name: expect.stringMatching(/^batches\/./),
      metadata: { state: 'BATCH_STATE_PENDING' },
    });
    expect(made).not.toHaveProperty('done');
    await simulator.waitForBatch((batch) => batch.ran === 6);
    expect((await get(made.name)).metadata.batchStats).toEqual({
      requestCount: '12',
      successfulRequestCount: '5',
      failedRequestCount: '1',
      pendingRequestCount: '6',
    });
    simulator.release();
    const done = await get(made.name);
    expect(done).toMatchObject({ done: true, metadata: { state: 'BATCH_STATE_SUCCEEDED', displayName: 'd' } });
    const answers = done.response.inlinedResponses.inlinedResponses;
    expect(done.metadata.output.inlinedResponses.inlinedResponses).toEqual(answers);
    const keys = answers.map(({ metadata }: { metadata: { key: string } }) => metadata.key);
    const sent = simulator.created[0]?.keys ?? [];
    expect([keys.join() === sent.join(), [...keys].sort()]).toEqual([false, [...sent].sort()]);
  });

  it('runs a batch over a file once it is active, and gives its answers as a file that goes with it', async () => {
    await start();
    const { file } = (await upload(line('a') + line('b', chat('#drop')))).json();
    expect(file).toMatchObject({ name: expect.stringMatching(/^files\//), displayName: 'in', state: 'PROCESSING' });
    expect((await create({ fileName: file.name })).status).toBe(400);
    expect([(await get(file.name)).state, (await get(file.name)).state]).toEqual(['PROCESSING', 'ACTIVE']);
    const { name } = (await create({ fileName: file.name })).json();
    await ended(name);
    const { responsesFile } = (await get(name)).response;
    const rows = await send('GET', `/download/v1beta/${responsesFile}:download?alt=media`);
    expect(JSON.parse(rows.text)).toMatchObject({ key: 'a', response: { candidates: [{ finishReason: 'STOP' }] } });
    expect((await send('DELETE', `/v1beta/${name}`)).json()).toEqual({});
    expect((await send('GET', `/download/v1beta/${responsesFile}:download?alt=media`)).status).toBe(404);
    expect((await send('DELETE', `/v1beta/${file.name}`)).json()).toEqual({});
    expect((await send('GET', `/v1beta/${file.name}`)).status).toBe(403);
  });

  it('cancels, at any time, and then gives an error and no answers', async () => {
    await start();
    simulator.hold();
    const { name } = (await requests(inline('a'), inline('b'))).json();
    await simulator.waitForBatch((batch) => batch.ran === 1);
    for (let time = 0; time < 2; time++) expect((await send('POST', `/v1beta/${name}:cancel`, {})).json()).toEqual({});
    await ended(name);
    const done = await get(name);
    expect(done).toMatchObject({ done: true, metadata: { state: 'BATCH_STATE_CANCELLED' }, error: { code: 13 } });
    expect([done.response, done.metadata.output]).toEqual([undefined, undefined]);
    expect((await send('POST', `/v1beta/${name}:cancel`, {})).json()).toEqual({});
  });

  it('lists batches and files in pages, the newest first', async () => {
    await start();
    const made: string[] = [];
    for (let index = 0; index < 3; index++) {
      made.push((await requests(inline('a'))).json().name);
      await upload(line('a'));
    }
    const first = (await send('GET', '/v1beta/batches?pageSize=2')).json();
    expect(first.operations.map(({ name }: { name: string }) => name)).toEqual([made[2], made[1]]);
    const rest = (await send('GET', `/v1beta/batches?pageSize=2&pageToken=${first.nextPageToken}`)).json();
    expect([rest.operations[0].name, rest.nextPageToken]).toEqual([made[0], undefined]);
    const files = (await send('GET', '/v1beta/files?pageSize=2')).json();
    expect([files.files.length, files.nextPageToken]).toEqual([2, '2']);
  });

  it.each<[string, object, RegExp]>([
    ['no name', { batch: { inputConfig: {} } }, /display_name/],
    ['no input', { batch: { displayName: 'd', inputConfig: {} } }, /no input/],
    ['no requests', { batch: { displayName: 'd', inputConfig: { requests: { requests: [] } } } }, /no input/],
    [
      'another field',
      { batch: { displayName: 'd', inputConfig: {}, model2: 'x' } },
      /Unknown name "model2" at 'batch'/,
    ],
    [
      'a line of a file',
      { batch: { displayName: 'd', inputConfig: { requests: { requests: [{ key: 'a', request: chat() }] } } } },
      /Unknown name "key" at 'batch.input_config.requests.requests\[0\]'/,
    ],
  ])('refuses a create that has %s', async (_, body, words) => {
    await start();
    const refused = await send('POST', '/v1beta/models/gemini-x:batchGenerateContent', body);
    expect([refused.status, refused.json().error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(refused.json().error.message).toMatch(words);
  });

  it('names the request or the lines whose shape it does not know', async () => {
    await start({ processingLooks: 0 });
    const wrong = [{ contents: [turn('user', { text: 1 })] }, chat('a', { generation_config: {} }), chat()];
    const refused = (await requests(inline('a'), inline('b', wrong[0]))).json();
    expect(refused.error.message).toBe(
      "Invalid value at 'batch.input_config.requests.requests[1].request.contents[0].parts[0].text'",
    );
    const { file } = (await upload(wrong.map((request, index) => line(`r${index}`, request)).join(''))).json();
    const { message } = (await create({ fileName: file.name })).json().error;
    expect(message.split('\n')).toEqual([
      'Error on line 1: invalid JSON, near column 23: invalid value at request.contents[0].parts[0].text',
      "Error on line 2: invalid JSON, near column 23: no such field: 'generation_config'",
    ]);
    expect((await create({ fileName: 'files/none' })).status).toBe(403);
    expect((await upload('abc', 4)).status).toBe(400);
  });

  it('knows one key, a quota and a size', async () => {
    await start({ maxOpen: 1, maxInlineBytes: 300 });
    const invalid = await send('GET', '/v1beta/batches', undefined, { 'x-goog-api-key': 'x' });
    expect([invalid.status, invalid.json().error.details[0].reason]).toEqual([400, 'API_KEY_INVALID']);
    expect((await send('GET', '/v1beta/batches', undefined, {})).status).toBe(403);
    simulator.hold();
    expect((await requests(inline('a'))).status).toBe(200);
    expect((await requests(inline('a'))).json().error).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' });
    expect((await requests(inline('a', chat('x'.repeat(300))))).status).toBe(400);
  });

  it('embeds, and judges the sense of a request only when it runs', async () => {
    await start({ answersAt: 'flat', statePrefix: 'JOB_STATE_' });
    const embedding = (text: string) => inline('a', { content: { parts: [{ text }] }, outputDimensionality: 3 });
    const made = await create({ requests: { requests: [embedding('a'), embedding('')] } }, 'asyncBatchEmbedContent');
    const { name } = made.json();
    await ended(name);
    const done = await get(name);
    expect(done.metadata.state).toBe('JOB_STATE_SUCCEEDED');
    const answers = done.response.inlinedResponses as Record<string, unknown>[];
    expect(answers.map((answer) => Object.keys(answer).sort().join()).sort()).toEqual([
      'error,metadata',
      'metadata,response',
    ]);
  });
});

describe('requestRefusal', () => {
  const text = { text: 'x' };
  const call = { functionCall: { name: 'f', args: {} } };
  const answer = { functionResponse: { name: 'f', response: {} } };
  const turns = (...contents: object[]) => ({ contents });
  const user = (...parts: object[]) => turn('user', ...parts);
  const tools = [{ functionDeclarations: [{ name: 'f' }] }];
  const calling = (mode: string, ...allowed: string[]) => ({
    toolConfig: { functionCallingConfig: { mode, ...(allowed[0] && { allowedFunctionNames: allowed }) } },
  });

  it.each<[object]>([
    [chat()],
    [turns(user(text, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }))],
    [turns(user(text), turn('model', text, call), user(answer), user(text))],
    [chat('a', { tools, ...calling('ANY', 'f'), systemInstruction: { parts: [text] } })],
    [chat('a', { generationConfig: { temperature: 2, stopSequences: [' '], responseLogprobs: true, logprobs: 1 } })],
  ])('takes %j', (request) => {
    expect(requestRefusal({ ...request }, false)).toBeNull();
  });

  it.each<[object]>([
    [{}],
    [chat('')],
    [turns(turn('model', text), user(text))],
    [turns(user(text), turn('model', text))],
    [turns(turn('system', text))],
    [turns(user())],
    [turns(user({ ...text, ...call }))],
    [turns(user(text), turn('model', call), user(text))],
    [turns(user(text), turn('model', call, call), user(answer))],
    [turns(user(answer))],
    [turns(user({ inlineData: { mimeType: 'image/gif', data: 'AAAA' } }))],
    [chat('a', { systemInstruction: { parts: [] } })],
    [chat('a', calling('AUTO'))],
    [chat('a', { tools, ...calling('AUTO', 'f') })],
    [chat('a', { tools, ...calling('ANY', 'g') })],
    [chat('a', { tools: [{ functionDeclarations: [{ name: '1f' }] }] })],
    [chat('a', { generationConfig: { temperature: 2.1 } })],
    [chat('a', { generationConfig: { stopSequences: ['1', '2', '3', '4', '5', '6'] } })],
    [chat('a', { generationConfig: { responseJsonSchema: {} } })],
    [chat('a', { generationConfig: { logprobs: 1 } })],
    [chat('a', { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW', thinkingBudget: 1 } } })],
  ])('refuses %j', (request) => {
    expect(requestRefusal({ ...request }, false)).toEqual(expect.any(String));
  });
});
