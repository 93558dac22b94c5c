import { DEEPINFRA } from '../../src/providers/adapters/openai-shaped/profiles/deepinfra';
import { DEEPINFRA_DIALECT } from '../support/upstreams/openai/dialects/deepinfra';
import type { SimulatorOptions } from '../support/upstreams/openai/types';
import { toItemId } from '../../src/execution/item-id';
import { openAiShaped, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, indexesOf, Scenario, TOKENS } from './scenario';

const vendor = {
  profile: DEEPINFRA,
  dialect: DEEPINFRA_DIALECT,
  model: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
};
const deepInfra = (options?: SimulatorOptions) => openAiShaped(vendor, options);

describeProviderAdapter('DeepInfra', deepInfra);
describeProviderFaults('DeepInfra', deepInfra);

describe('DeepInfra alone', () => {
  async function withHarness(
    options: SimulatorOptions,
    work: (harness: ShapedHarness, scenario: Scenario<ShapedHarness>) => Promise<void>,
  ): Promise<void> {
    const harness = await deepInfra(options);
    try {
      await work(harness, new Scenario(harness));
    } finally {
      await harness.close();
    }
  }

  it('has no counts while it validates, and an error file of no bytes', async () => {
    await withHarness({}, async (harness, scenario) => {
      harness.simulator.hold('validating');
      const { id } = await scenario.submit();
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'validating', counts: null });
      await harness.finish(id);
      expect(harness.simulator.batches[0]?.error_file_id).not.toBeNull();
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
    });
  });

  it('knows by the lack of counts that nothing ran of a batch that a bad line failed', async () => {
    await withHarness({}, async (harness, scenario) => {
      const id = await scenario.runTexts(['say it', '#poison']);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        counts: null,
        ranNothing: true,
        retryable: false,
        errors: [{ code: 'invalid_request', line: 2 }],
      });
      expect(harness.simulator.bought()).toEqual([{ id, ran: [] }]);
    });
  });

  it('reads a line that asks for a stream, which validation lets pass, as a failure of its own', async () => {
    await withHarness({}, async (_, scenario) => {
      const [good, other] = scenario.saying(['say it', 'say more']).map(String);
      const id = await scenario.runLines([good!, other!.replace('"body":{', '"body":{"stream":true,')]);
      const counts = { total: 2, succeeded: 1, failed: 1 };
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'completed', counts });
      const outcomes = await scenario.outcomes(id);
      const statusOf = (index: number) =>
        outcomes.find(({ itemId }) => itemId === toItemId(index, TOKENS[0]))?.response?.statusCode;
      expect([statusOf(0), statusOf(1)]).toEqual([200, 500]);
    });
  });

  it('uploads nothing more when its files are full, and makes room by clearing up', async () => {
    await withHarness({ maxStoredBytes: 6000 }, async (harness, scenario) => {
      const { attempt, id } = await scenario.submit();
      await harness.finish(id);
      const next = scenario.attempt(TOKENS[1]);
      const full = { failure: 'rejected', certainlyNotDone: true };
      await expect(scenario.stage(next)).rejects.toMatchObject(full);
      await scenario.adapter.cleanup(attempt, id, scenario.signal);
      expect(harness.simulator.files).toEqual([]);
      expect((await scenario.stage(next)).inputId).not.toBeNull();
    });
  });

  it('reads a failed line, whose status is the code of its error, as the answer that it is', async () => {
    await withHarness({}, async (_, scenario) => {
      const id = await scenario.runTexts(['say it', '#status:400']);
      const failed = (await scenario.outcomes(id)).find(({ itemId }) => itemId.startsWith('r0000001'));
      expect([failed?.response?.statusCode, failed?.error]).toEqual([400, null]);
      expect(JSON.parse(String(failed?.response?.body))).toEqual({
        error: { message: 'Invalid request (simulated).', type: 'provider_error', param: null, code: '400' },
      });
    });
  });

  it('says that there is room for 100 jobs, and comes again with one more', async () => {
    await withHarness({}, async (harness, scenario) => {
      harness.hold();
      const { maxConcurrentJobs = 0 } = scenario.adapter.capabilities;
      const attempt = await scenario.stage(scenario.attempt());
      const create = () => scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      for (let made = 0; made < maxConcurrentJobs; made++) await create();
      await expect(create()).rejects.toMatchObject({ failure: 'throttled', certainlyNotDone: true });
      expect(harness.created()).toHaveLength(100);
    });
  });

  it('reads all of a job that completed in spite of its cancel', async () => {
    await withHarness({ cancelEnds: 'completed' }, async (harness, scenario) => {
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      await scenario.adapter.cancel(id, scenario.signal);
      await harness.finish(id);
      expect(await scenario.state(id)).toBe('completed');
      const outcomes = await scenario.outcomes(id);
      expect(outcomes.filter(({ response }) => response?.statusCode === 200)).toHaveLength(8);
    });
  });

  it('knows a refused key in both of its shapes', async () => {
    await withHarness({ apiKey: 'another' }, async (harness, scenario) => {
      const refused = { failure: 'unauthorized', details: { status: 401 } };
      await expect(scenario.adapter.poll('batch_1', scenario.signal)).rejects.toMatchObject(refused);
      const kind = { status: 401, body: { detail: 'Not authenticated' } };
      harness.simulator.faults.add({ route: 'get', kind });
      await expect(scenario.adapter.poll('batch_1', scenario.signal)).rejects.toMatchObject(refused);
    });
  });
});
