import { TOGETHER } from '../../src/providers/adapters/openai-shaped/profiles/together';
import { TOGETHER_DIALECT } from '../support/upstreams/openai/dialects/together';
import { openAiShaped, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { Scenario, TOKENS } from './scenario';

const LIMITS = { uncounted: true, failsLate: true };
const together = () =>
  openAiShaped({
    profile: TOGETHER,
    dialect: TOGETHER_DIALECT,
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  });

describeProviderAdapter('Together', together, LIMITS);
describeProviderFaults('Together', together, LIMITS);

describe('Together alone', () => {
  let harness: ShapedHarness;
  let scenario: Scenario<ShapedHarness>;
  beforeEach(async () => {
    harness = await together();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  it('uploads in its own way, under a name that its front lets pass', async () => {
    await scenario.submit();
    const { requests, uploads, creates } = harness.simulator;
    expect(requests.map(({ path }) => path)).toEqual(['/v1/files/upload', '/v1/batches']);
    for (const { headers } of requests) expect(headers['user-agent']).toMatch(/^Mozilla\/5.0 .*meshbatch/);
    expect(uploads[0]?.filename).toContain('aaaaaaa1');
    expect(creates[0]?.metadata).toBeNull();
  });

  it('reads states in capitals and the word of its own', async () => {
    harness.simulator.hold('in_progress');
    harness.simulator.hold('cancelling');
    const { id } = await scenario.submit();
    await harness.halfway(id);
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'in_progress', counts: null });
    await scenario.adapter.cancel(id, scenario.signal);
    expect(await scenario.state(id)).toBe('cancelling');
  });

  it('tells the reason that is a text', async () => {
    harness.simulator.refuseNextBatch('any', 'The file is not to our taste.');
    const { id } = await scenario.submit();
    await harness.finish(id);
    expect((await scenario.adapter.poll(id, scenario.signal)).errors).toEqual([
      { code: 'batch_failed', message: 'The file is not to our taste.', line: null },
    ]);
  });

  it('reads failed lines, which have a reason and no status, as the answers that they are', async () => {
    const id = await scenario.runTexts(['say it', '#status:400']);
    const outcomes = await scenario.outcomes(id);
    expect(outcomes.filter(({ response }) => response?.statusCode === 200)).toHaveLength(1);
    const failed = outcomes.find(({ itemId }) => itemId.startsWith('r0000001-'));
    expect([failed?.response?.statusCode, failed?.error]).toEqual([400, null]);
    expect(JSON.parse(String(failed?.response?.body))).toEqual({
      error: {
        message: 'Invalid request (simulated).',
        type: 'provider_error',
        param: null,
        code: 'batch_client_error',
      },
    });
  });

  it('reads a line at fault, which validation does not look at, as a failure of its own', async () => {
    const streaming = scenario.line(2, TOKENS[0]).toString().replace('"body":{', '"body":{"stream":true,');
    const id = await scenario.runLines([...scenario.saying(['say it', '#poison']), streaming]);
    expect(await scenario.state(id)).toBe('completed');
    const statuses = (await scenario.outcomes(id)).map(({ response }) => response?.statusCode);
    expect(statuses.sort()).toEqual([200, 400, 400]);
  });

  it('knows that nothing ran of a batch that failed without files', async () => {
    harness.simulator.refuseNextBatch('token_limit_exceeded', 'The queue is full.');
    const { id } = await scenario.submit();
    await harness.finish(id);
    const failed = { state: 'failed', counts: null, ranNothing: true, retryable: false };
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject(failed);
  });
});
