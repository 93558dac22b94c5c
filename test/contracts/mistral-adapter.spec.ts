import { toItemId } from '../../src/execution/item-id';
import { MISTRAL } from '../../src/providers/adapters/mistral/mistral.adapter';
import type { Endpoint, ItemOutcome } from '../../src/providers/contract/adapter';
import { BIG_NUMBERS } from '../support/upstreams/mistral/outcomes';
import type { SimulatorOptions } from '../support/upstreams/mistral/types';
import { JOB, KEY, LIMITS, mistral, MODEL, stateOf, type MistralHarness } from './mistral.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, bodyOf, indexesOf, Scenario, TOKENS } from './scenario';

describeProviderAdapter('Mistral', mistral, LIMITS);
describeProviderFaults('Mistral', mistral, LIMITS);

describe('Mistral alone', () => {
  let harness: MistralHarness;
  let scenario: Scenario<MistralHarness>;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    harness = await mistral(options);
    scenario = new Scenario(harness);
  }

  async function restart(options: SimulatorOptions): Promise<void> {
    await harness.close();
    await start(options);
  }

  beforeEach(() => start());
  afterEach(() => harness.close());

  async function submitBodies(bodies: readonly string[], endpoint: Endpoint = '/v1/chat/completions'): Promise<string> {
    const { adapter, target } = scenario;
    const lines = bodies.map((body, index) => {
      const item = { endpoint, body: Buffer.from(body) };
      expect(adapter.check(item, target)).toEqual([]);
      return adapter.encode(item, toItemId(index, TOKENS[0]), target);
    });
    return (await scenario.submitLines(lines, { endpoint })).id;
  }

  const saying = (text: string) => JSON.stringify({ model: 'mistral/x', messages: [{ role: 'user', content: text }] });

  /** Runs one item for each text, and returns the outcomes by the item's index. */
  async function run(texts: readonly string[]): Promise<Map<number, ItemOutcome>> {
    const id = await submitBodies(texts.map(saying));
    await harness.finish(id);
    const outcomes = await scenario.outcomes(id);
    return new Map(outcomes.map((outcome) => [Number(outcome.itemId.slice(1, 8)), outcome]));
  }

  it('uploads for batches under the attempt’s name, and names attempt, model and endpoint on the job', async () => {
    const { attempt, id } = await scenario.submit();
    expect(harness.simulator.requests.map(({ route }) => route)).toEqual(['upload', 'create']);
    expect(harness.simulator.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(harness.simulator.requests[1]?.body).toEqual({
      input_files: [attempt.inputId],
      endpoint: '/v1/chat/completions',
      model: MODEL,
      metadata: { meshbatch_attempt: TOKENS[0], meshbatch_part: 'part_1' },
      timeout_hours: 24,
    });
    const { created } = harness.simulator;
    expect([created[0]?.object.id, created[0]?.customIds]).toEqual([
      id,
      ALL.map((index) => toItemId(index, TOKENS[0])),
    ]);
  });

  it.each(['24h', ...MISTRAL.capabilities.extraWindows])('asks for the hours of the window %s', async (window) => {
    const staged = await scenario.stage(scenario.attempt(TOKENS[0], { completionWindow: window }));
    await scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    const hours = Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1);
    expect(harness.simulator.created[0]?.params.timeoutHours).toBe(hours);
  });

  it('offers as long a window as the vendor has', () => {
    expect(MISTRAL.capabilities.extraWindows).toEqual(expect.arrayContaining(['1h', '168h', '1d', '7d']));
  });

  it('sends what OpenAI names in another way under the vendor’s names, which it takes', async () => {
    const tool = { type: 'function', function: { name: 'f', parameters: {} } };
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const messages = [
      { role: 'system', content: 'be brief', name: null },
      { role: 'user', content: [{ type: 'text', text: 'hello' }] },
      { role: 'assistant', content: null, refusal: null, audio: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'none' },
      { role: 'user', content: 'go on' },
    ];
    const asked = { max_completion_tokens: 50, seed: 7, tools: [tool], tool_choice: 'required', temperature: 1.5 };
    const left = { stream: false, store: false, logprobs: false, user: 'u', n: null, response_format: null };
    const id = await submitBodies([JSON.stringify({ model: 'm', messages, ...asked, ...left })]);
    await harness.finish(id);
    const [outcome] = await scenario.outcomes(id);
    expect(bodyOf(outcome).choices[0].message.content).toBe('go on');
  });

  it('runs embeddings', async () => {
    const bodies = [
      '{"model":"m","input":["one","two"],"dimensions":256,"encoding_format":"float"}',
      '{"input":"#status:400"}',
    ];
    const id = await submitBodies(bodies, '/v1/embeddings');
    await harness.finish(id);
    expect(harness.simulator.created[0]?.params.endpoint).toBe('/v1/embeddings');
    const outcomes = await scenario.outcomes(id);
    expect(outcomes.map(({ response }) => response?.statusCode).sort()).toEqual([200, 400]);
    expect(bodyOf(outcomes.find(({ response }) => response?.statusCode === 200)).data).toHaveLength(2);
  });

  it('names every line of an upload that the vendor refused', async () => {
    const bad = '{"messages":[{"role":"user","content":"x"}],"reasoning_effort":5}';
    const upload = submitBodies([saying('fine'), bad, saying('fine'), bad]);
    const message = '1 validation error for BatchRequest body.reasoning_effort Input should be a valid string';
    await expect(upload).rejects.toMatchObject({
      failure: 'rejected',
      certainlyNotDone: true,
      message,
      details: { status: 422, line: 2, reasons: [2, 4].map((line) => ({ code: 'provider_rejected', message, line })) },
    });
    expect(harness.simulator.requestCounts().create).toBeUndefined();
  });

  it.each([
    ['an endpoint', { endpoint: '/v1/responses' }, 'enum', 'body.endpoint: Input should be'],
    ['a window', { completionWindow: '0h' }, 'greater_than_equal', 'body.timeout_hours: Input should be greater'],
    ['a model', { model: 'gpt-9' }, undefined, 'You do not have access to the model'],
  ] as const)('says why a create was refused for %s', async (_, more, code, message) => {
    const staged = await scenario.stage(scenario.attempt(TOKENS[0], more));
    const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    const details = { status: 422, ...(code && { code }) };
    await expect(create).rejects.toMatchObject({
      failure: 'rejected',
      message: expect.stringContaining(message),
      details,
    });
  });

  it('tells apart what became of each item', async () => {
    const outcomes = await run(['#status:400', '#status:503', '#dup', '#garbage', '#drop', 'fine #bignum']);
    expect(outcomes.get(0)).toMatchObject({ response: { statusCode: 400, requestId: null }, error: null });
    expect(bodyOf(outcomes.get(0))).toEqual({
      error: {
        message: 'File could not be fetched from url',
        type: 'invalid_request_file',
        param: null,
        code: '3310',
      },
    });
    expect(outcomes.get(1)?.response?.statusCode).toBe(503);
    expect(outcomes.get(2)?.response?.statusCode).toBe(200);
    expect(outcomes.get(3)?.error?.code).toBe('provider_bad_row');
    expect(outcomes.has(4)).toBe(false);
    expect(outcomes.get(5)?.response?.body.toString()).toContain(BIG_NUMBERS);
  });

  it('counts successes and failures, and gives a job that succeeded no reasons', async () => {
    const id = await submitBodies(['#status:400', '#status:400', 'fine'].map(saying));
    await harness.finish(id);
    expect(await scenario.adapter.poll(id, scenario.signal)).toEqual({
      id,
      state: 'completed',
      counts: { total: 3, succeeded: 1, failed: 2 },
      errors: [],
      retryable: false,
    });
  });

  it('tells why a job failed as a whole', async () => {
    harness.simulator.failNextJob('Something broke for Bearer abc');
    const { id } = await scenario.submit();
    await harness.finish(id);
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
      state: 'failed',
      counts: { total: 8, succeeded: 0, failed: 0 },
      errors: [{ code: 'batch_failed', message: 'Something broke for Bearer [key] (8 requests)', line: null }],
    });
    expect(await scenario.outcomes(id)).toEqual([]);
  });

  it('reads everything of a job that won the race against its cancel', async () => {
    await restart({ cancelKeeps: 'everything' });
    harness.hold();
    const { id } = await scenario.submit();
    await harness.halfway(id);
    await scenario.adapter.cancel(id, scenario.signal);
    await harness.finish(id);
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
      state: 'cancelled',
      counts: { total: 8, succeeded: 8, failed: 0 },
    });
    expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
  });

  it('cancels a job that has not begun', async () => {
    harness.simulator.hold('QUEUED');
    const { id } = await scenario.submit();
    expect(await scenario.state(id)).toBe('validating');
    await scenario.adapter.cancel(id, scenario.signal);
    expect(await scenario.state(id)).toBe('cancelled');
    expect(await scenario.outcomes(id)).toEqual([]);
  });

  it('expires a job of which an item does not run in time', async () => {
    const id = await submitBodies(['#expire', 'fine'].map(saying));
    await harness.finish(id);
    expect(await scenario.state(id)).toBe('expired');
    expect(indexesOf(await scenario.outcomes(id))).toEqual([1]);
  });

  it('finds a job and an upload behind many others', async () => {
    const { attempt, id } = await scenario.submit();
    const lost = await scenario.stage(scenario.attempt(TOKENS[2]));
    const other = await scenario.stage(scenario.attempt(TOKENS[1], { itemCount: 1 }));
    for (let made = 0; made < 110; made++) {
      await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
      await scenario.stage(scenario.attempt(TOKENS[1], { itemCount: 1 }));
    }
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    await scenario.adapter.withdraw(scenario.attempt(TOKENS[2]), scenario.signal);
    const create = scenario.adapter.submit(lost, scenario.lines(lost), scenario.signal);
    await expect(create).rejects.toMatchObject({ failure: 'not_found' });
  });

  it.each([
    ['list', 'find'],
    ['listFiles', 'withdraw'],
  ] as const)('does not know what is there when every page of %s is the first', async (route, call) => {
    const jobs = Array.from({ length: 100 }, (_, index) => ({ id: `id-${index}`, status: 'RUNNING', filename: 'x' }));
    const page = (data: object[]) => ({ status: 200, body: { data, object: 'list', total: 250 } });
    harness.simulator.faults.add({ route, kind: page(jobs) });
    // One more was made meanwhile, and one has changed.
    const moved = [{ ...jobs[0], id: 'new' }, { ...jobs[0], status: 'SUCCESS' }, ...jobs.slice(1, 99)];
    harness.simulator.faults.add({ route, kind: page(moved), times: 9 });
    const answer = scenario.adapter[call](scenario.attempt(), scenario.signal);
    await expect(answer).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
    expect(harness.simulator.requestCounts()[route]).toBe(3);
  });

  it('takes the pages of a list whose entries have no ids for the same when they are', async () => {
    const kind = { status: 200, body: { data: [{ other: 'shape' }], total: 5 } };
    harness.simulator.faults.add({ route: 'list', kind, times: 9 });
    const find = scenario.adapter.find(scenario.attempt(), scenario.signal);
    await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
  });

  it('withdraws every upload of an attempt that has no answer to any', async () => {
    for (let time = 0; time < 2; time++) await scenario.stage(scenario.attempt());
    await scenario.stage(scenario.attempt(TOKENS[1]));
    await scenario.adapter.withdraw(scenario.attempt(), scenario.signal);
    const files = (await stateOf(harness.simulator)).files.map(({ filename }) => filename);
    expect(files).toEqual([`meshbatch-${TOKENS[1]}.jsonl`]);
  });

  it('finds a job by its input where its metadata is gone, and looks no further back than the attempt', async () => {
    const { attempt, id } = await scenario.submit();
    const { simulator } = harness;
    const [job] = simulator.created;
    const bare = { data: [{ other: 'shape' }, { ...job?.object, metadata: null }], object: 'list', total: 2 };
    simulator.faults.add({ route: 'list', kind: { status: 200, body: bare } });
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    const later = { ...attempt, begunAt: Date.now() + 3_600_000 };
    expect(await scenario.adapter.find(later, scenario.signal)).toBeNull();
  });

  it('leaves nothing behind, not even the job', async () => {
    const id = await submitBodies(['#status:400', 'fine'].map(saying));
    await harness.finish(id);
    const inputId = harness.simulator.created[0]?.params.inputFile ?? null;
    await scenario.adapter.cleanup(scenario.attempt(TOKENS[0], { inputId }), id, scenario.signal);
    expect(await stateOf(harness.simulator)).toMatchObject({ files: [], requests: { deleteFile: 3, delete: 1 } });
  });

  it('removes the input also when the job is gone', async () => {
    const staged = await scenario.stage(scenario.attempt());
    await scenario.adapter.cleanup(staged, 'gone', scenario.signal);
    expect(harness.simulator.requestCounts()).toEqual({ upload: 1, get: 1, deleteFile: 1 });
  });

  it.each(['PAUSED', 'success', 'SUCCESS_WITH_ERRORS', 'toString'])(
    'never takes the status %s for an end',
    async (status) => {
      const { id } = await scenario.submit();
      const body = { ...harness.simulator.created[0]?.object, status };
      harness.simulator.faults.add({ route: 'get', kind: { status: 200, body } });
      expect(await scenario.state(id)).toBe('in_progress');
    },
  );

  it.each([
    ['without counts', { id: 'j', status: 'RUNNING' }, { state: 'in_progress', counts: null }],
    ['of times in text', { id: 'j', status: 'QUEUED', created_at: 'now', errors: 'no' }, { state: 'validating' }],
  ])('reads a job %s', async (_, body, remote) => {
    harness.simulator.faults.add({ route: 'get', kind: { status: 200, body } });
    expect(await scenario.adapter.poll('j', scenario.signal)).toMatchObject({ id: 'j', ...remote });
  });

  it('takes no answer of unknown shape for a refusal', async () => {
    const staged = await scenario.stage(scenario.attempt());
    harness.simulator.faults.add({ route: 'create', kind: { status: 200, body: { job: 1 } } });
    const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    await expect(create).rejects.toMatchObject({ failure: 'ambiguous', certainlyNotDone: false });
  });

  it.each(['../models', 'a?b=1', 'https://elsewhere.test/x', ''])('sends the key to no path made of %j', async (id) => {
    const rejected = { name: 'ProviderCallError', failure: 'rejected' };
    await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject(rejected);
    await expect(scenario.adapter.cancel(id, scenario.signal)).rejects.toMatchObject(rejected);
    const job = { ...JOB, output_file: id || '/', error_file: null };
    harness.simulator.faults.add({ route: 'get', kind: { status: 200, body: job } });
    await expect(scenario.outcomes('job')).rejects.toMatchObject(rejected);
    expect(harness.simulator.requests.map(({ route }) => route)).toEqual(['get']);
  });

  it('pauses for a key or an account that is refused, and comes again when it is too fast', async () => {
    const { id } = await scenario.submit();
    for (const [status, failure] of [
      [401, 'unauthorized'],
      [402, 'unauthorized'],
      [429, 'throttled'],
    ] as const) {
      harness.fail('poll', { status });
      await expect(scenario.adapter.poll(id, scenario.signal)).rejects.toMatchObject({ failure });
    }
  });
});
