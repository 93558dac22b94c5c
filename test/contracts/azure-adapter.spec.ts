import { Readable } from 'node:stream';
import { toItemId } from '../../src/execution/item-id';
import { defineOpenAiShaped } from '../../src/providers/adapters/openai-shaped/openai-shaped.adapter';
import { AZURE_OPENAI } from '../../src/providers/adapters/openai-shaped/profiles/azure-openai';
import { AZURE_DIALECT } from '../support/upstreams/openai/dialects/azure';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { openAiShaped, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, indexesOf, Scenario, TOKENS } from './scenario';

const azure = (options?: SimulatorOptions) =>
  openAiShaped({ profile: AZURE_OPENAI, dialect: AZURE_DIALECT, model: 'gpt-4o-mini-batch' }, options);

const LIMITS = { uncounted: true, neverExpires: true };

describeProviderAdapter('Azure OpenAI', azure, LIMITS);
describeProviderFaults('Azure OpenAI', azure, LIMITS);

describe('Azure OpenAI alone', () => {
  let harness: ShapedHarness;
  let scenario: Scenario<ShapedHarness>;
  beforeEach(async () => {
    harness = await azure();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  it('needs the base URL of a resource', () => {
    expect(() => defineOpenAiShaped(AZURE_OPENAI).create({ apiKey: 'key' })).toThrow('azure_openai needs a base URL');
  });

  it('sends the key in its own header, and lets uploads expire', async () => {
    await scenario.submit();
    const [upload] = harness.simulator.requests;
    expect(upload?.headers['api-key']).toBe('sk-simulated');
    expect(upload?.headers.authorization).toBeUndefined();
    expect(harness.simulator.uploads[0]?.expiresInSeconds).toBe(14 * 86_400);
  });

  it('creates only when the upload is processed, and names the endpoint as documented', async () => {
    await scenario.submit();
    expect(harness.simulator.requests.map(({ route }) => route)).toEqual(['upload', 'getFile', 'getFile', 'create']);
    expect(harness.simulator.creates[0]?.endpoint).toBe('/chat/completions');
    expect(String(harness.simulator.uploads[0]?.content)).toContain('"url":"/v1/chat/completions"');
  });

  it('finds a job behind older ones: the vendor promises no order of its list', async () => {
    const { attempt, id } = await scenario.submit();
    const old = { id: 'batch_old', status: 'completed', created_at: 1 };
    const page = { object: 'list', data: [old], has_more: true };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: page } });
    const rest = {
      object: 'list',
      data: [{ id, status: 'Validating', input_file_id: attempt.inputId }],
      has_more: false,
    };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: rest } });
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
  });

  it('creates batches of responses', async () => {
    const endpoint = '/v1/responses';
    const body = Buffer.from('{"model":"azure_openai/x","input":"say it"}');
    const attempt = scenario.attempt('aaaaaaa1', { endpoint, itemCount: 1 });
    const line = scenario.adapter.encode({ endpoint, body }, toItemId(0, 'aaaaaaa1'), scenario.target);
    const lines = { bytes: line.length + 1, open: () => Readable.from([line, Buffer.from('\n')]) };
    const inputId = await scenario.adapter.stage(attempt, lines, scenario.signal);
    const { id } = await scenario.adapter.submit({ ...attempt, inputId }, lines, scenario.signal);
    await harness.finish(id);
    expect(await scenario.state(id)).toBe('completed');
    expect(await scenario.outcomes(id)).toMatchObject([{ response: { statusCode: 200 } }]);
  });

  it.each([
    ['cannot be told', { status: 500 }, 'throttled'],
    ['came to nothing', { status: 200, body: { id: 'file-1', status: 'error' } }, 'rejected'],
    ['ends with a key that is refused', { status: 401 }, 'unauthorized'],
  ])('creates nothing when the processing %s', async (_, kind, failure) => {
    const staged = await scenario.stage(scenario.attempt());
    harness.simulator.faults.add({ route: 'getFile', kind });
    const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    await expect(create).rejects.toMatchObject({ failure, certainlyNotDone: true });
    expect(harness.simulator.requestCounts().create).toBeUndefined();
  });

  it('creates later what stays unprocessed', async () => {
    let waited = 0;
    const clock = { now: () => Date.now(), sleep: async (ms: number) => void (waited += ms) };
    const credentials = { apiKey: 'sk-simulated', baseUrl: harness.simulator.url };
    const adapter = defineOpenAiShaped(AZURE_OPENAI).create({ ...credentials, clock });
    const staged = await scenario.stage(scenario.attempt());
    const body = { id: staged.inputId, status: 'pending' };
    harness.simulator.faults.add({ route: 'getFile', kind: { status: 200, body }, times: 99 });
    const create = adapter.submit(staged, scenario.lines(staged), scenario.signal);
    await expect(create).rejects.toMatchObject({ failure: 'throttled' });
    expect([waited, harness.simulator.requestCounts().create]).toEqual([30_250, undefined]);
  });

  it('waits no longer than it is let', async () => {
    const staged = await scenario.stage(scenario.attempt());
    const body = { id: staged.inputId, status: 'pending' };
    harness.simulator.faults.add({ route: 'getFile', kind: { status: 200, body }, times: 99 });
    const stop = new AbortController();
    const create = scenario.adapter.submit(staged, scenario.lines(staged), stop.signal);
    await harness.simulator.waitFor('getFile', 2);
    stop.abort();
    await expect(create).rejects.toBeInstanceOf(Error);
    expect(harness.simulator.requestCounts().create).toBeUndefined();
  });

  it('reads states in capitals, times as text, no counts, and an error file of no bytes', async () => {
    harness.simulator.hold('validating');
    const { id } = await scenario.submit();
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'validating', counts: null });
    await harness.finish(id);
    expect(harness.simulator.batches[0]?.error_file_id).not.toBeNull();
    expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
  });

  it('does not take the error file of no bytes for all there is while the output is late and nothing is counted', async () => {
    await harness.close();
    harness = await azure({ handleLag: { polls: 2, files: 'output' } });
    scenario = new Scenario(harness);
    const { id } = await scenario.submit();
    await harness.simulator.waitForBatch((batch) => batch.status === 'completed');
    for (let read = 0; read < 2; read++) {
      await expect(scenario.outcomes(id)).rejects.toMatchObject({ name: 'IncompleteDownloadError' });
    }
    expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
  });

  it('follows a job that runs on when its window is over', async () => {
    harness.hold();
    const { id } = await scenario.submit();
    await harness.halfway(id);
    harness.expireAll();
    expect(await scenario.state(id)).toBe('in_progress');
    await harness.finish(id);
    expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
  });

  it.each([
    ['model_mismatch', '"gpt-4o-mini-batch"', '"gpt-4o-batch"'],
    ['url_mismatch', '"/v1/chat/completions"', '"/v1/responses"'],
  ])('blames no line by itself for a %s', async (code, ours, another) => {
    const [first, second] = [0, 1].map((index) => scenario.line(index, TOKENS[0]).toString());
    const id = await scenario.runLines([first!, second!.replace(ours, another)]);
    const errors = [{ code, everyLine: true }];
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'failed', counts: null, errors });
  });

  it('comes again when a create is refused at once because the queue of tokens is full', async () => {
    const staged = await scenario.stage(scenario.attempt());
    const body = { error: { code: 'token_limit_exceeded', message: 'Enqueued token limit reached.' } };
    harness.simulator.faults.add({ route: 'create', kind: { status: 400, body } });
    const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    await expect(create).rejects.toMatchObject({ failure: 'throttled', certainlyNotDone: true });
  });

  it('comes again when the queue of tokens is full', async () => {
    harness.simulator.refuseNextBatch('token_limit_exceeded', 'Enqueued token limit reached.');
    const { id } = await scenario.submit();
    await harness.finish(id);
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'failed', retryable: true });
  });
});
