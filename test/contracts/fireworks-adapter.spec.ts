import { toItemId } from '../../src/execution/item-id';
import { FIREWORKS } from '../../src/providers/adapters/fireworks/fireworks.adapter';
import type { SimulatorOptions } from '../support/upstreams/fireworks/types';
import { fireworks, MODEL, type FireworksHarness } from './fireworks.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, indexesOf, Scenario, TOKENS } from './scenario';

const LIMITS = { noCancel: true, modelOnJob: true, omitsUnrun: true } as const;

describeProviderAdapter('Fireworks', fireworks, LIMITS);
describeProviderFaults('Fireworks', fireworks, LIMITS);

describe('Fireworks alone', () => {
  let harness: FireworksHarness;
  let scenario: Scenario<FireworksHarness>;
  const routes = () => harness.simulator.requests.map(({ route }) => route);

  async function start(options: SimulatorOptions = {}): Promise<void> {
    harness = await fireworks(options);
    scenario = new Scenario(harness);
  }

  beforeEach(() => start());
  afterEach(() => harness.close());

  describe('the base URL', () => {
    it.each([undefined, 'https://api.fireworks.ai/v1', 'https://api.fireworks.ai/v1/accounts'])(
      'must name an account, which %s does not',
      (baseUrl) => {
        const settings = { apiKey: 'key', ...(baseUrl !== undefined && { baseUrl }) };
        expect(() => FIREWORKS.create(settings)).toThrow('fireworks needs a base URL that ends in /accounts/{account}');
      },
    );

    it('names the account of the datasets', async () => {
      const { id } = await scenario.submit();
      expect(harness.simulator.requests.find(({ route }) => route === 'create')).toMatchObject({
        path: `/v1/accounts/acme/batchInferenceJobs?batchInferenceJobId=meshbatch-${TOKENS[0]}`,
        headers: { authorization: 'Bearer fw_simulated' },
        body: {
          model: MODEL,
          inputDatasetId: `accounts/acme/datasets/meshbatch-${TOKENS[0]}`,
          outputDatasetId: `accounts/acme/datasets/meshbatch-${TOKENS[0]}-out`,
        },
      });
      expect(id).toBe(`meshbatch-${TOKENS[0]}`);
    });
  });

  describe('a create', () => {
    it('waits until the upload is ready', async () => {
      await scenario.submit();
      expect(routes()).toEqual(['upload', 'uploadBytes', 'getFile', 'getFile', 'create']);
    });

    it('comes later when the upload stays unready', async () => {
      await harness.close();
      await start({ uploadingLooks: 99 });
      let waited = 0;
      const clock = { now: () => Date.now(), sleep: async (ms: number) => void (waited += ms) };
      const adapter = FIREWORKS.create({ apiKey: 'fw_simulated', baseUrl: harness.simulator.url, clock });
      const staged = await scenario.stage(scenario.attempt());
      const create = adapter.submit(staged, scenario.lines(staged), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure: 'throttled', certainlyNotDone: true });
      expect([waited, harness.simulator.requestCounts().create]).toEqual([30_250, undefined]);
    });

    it.each([
      ['cannot be told', { status: 500 }, 'throttled'],
      ['ends with a key that is refused', { status: 403 }, 'unauthorized'],
    ])('is not sent when the wait %s', async (_, kind, failure) => {
      const staged = await scenario.stage(scenario.attempt());
      harness.simulator.faults.add({ route: 'getFile', kind });
      const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure, certainlyNotDone: true });
      expect(harness.simulator.requestCounts().create).toBeUndefined();
    });

    it('that was done before gives the job that there is', async () => {
      const { attempt, id } = await scenario.submit();
      const again = await scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      expect([again.id, harness.created()]).toEqual([id, [id]]);
    });

    it.each([
      ['does not show yet', 'not_found'],
      ['cannot be asked for', { status: 500 }],
      ['may not be asked for now', { status: 429 }],
    ] as const)('that was done before is open when its job %s', async (_, kind) => {
      const { attempt, id } = await scenario.submit();
      harness.fail('find', kind);
      await expect(scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal)).rejects.toMatchObject({
        failure: 'ambiguous',
        details: { status: 409 },
      });
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    });

    it('of an input that is gone is refused by the vendor too', async () => {
      const staged = await scenario.stage(scenario.attempt());
      let isGone = false;
      harness.simulator.onRequest(async (route, phase) => {
        if (route !== 'create' || phase !== 'received' || isGone) return;
        isGone = true;
        await scenario.adapter.withdraw(staged, scenario.signal);
      });
      const create = scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure: 'not_found', certainlyNotDone: true });
      expect(harness.created()).toEqual([]);
    });

    it.each([
      [
        'a bad key',
        { status: 403, body: { error: { message: 'Invalid key.', code: 'UNAUTHORIZED' } } },
        'UNAUTHORIZED',
      ],
      ['a suspended account', { status: 412, body: { code: 9, message: 'Account is suspended.' } }, '9'],
    ])('blames nobody’s batch for %s', async (_, kind, code) => {
      harness.fail('submit', kind);
      await expect(scenario.submit()).rejects.toMatchObject({ failure: 'unauthorized', details: { code } });
    });
  });

  describe('a job', () => {
    it('is followed through all its states, and its counts are its own', async () => {
      harness.simulator.hold('VALIDATING');
      const { id } = await scenario.submit();
      const seen = [await scenario.adapter.poll(id, scenario.signal)];
      for (const state of ['PENDING', 'RUNNING', 'WRITING_RESULTS']) {
        harness.simulator.hold(state);
        for (const other of ['VALIDATING', 'PENDING', 'RUNNING'].filter((each) => each !== state)) {
          harness.simulator.release(other);
        }
        await harness.simulator.waitForBatch((job) => job.state === state);
        seen.push(await scenario.adapter.poll(id, scenario.signal));
      }
      expect(seen.map(({ state }) => state)).toEqual(['validating', 'validating', 'in_progress', 'finalizing']);
      expect(seen.map(({ counts }) => counts && [counts.total, counts.succeeded])).toEqual([
        null,
        null,
        [8, 4],
        [8, 8],
      ]);
    });

    it('stays pending in a state that nobody knows', async () => {
      const { id } = await scenario.submit();
      const body = { name: `accounts/acme/batchInferenceJobs/${id}`, state: 'JOB_STATE_DREAMING' };
      harness.fail('poll', { status: 200, body });
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'in_progress', counts: null });
    });

    it('of more lines than were declared counts what it processed', async () => {
      const lines = ALL.map((index) => scenario.line(index, TOKENS[0]));
      const id = await scenario.runLines(lines, { itemCount: 1 });
      const counts = { total: 8, succeeded: 8, failed: 0 };
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'completed', counts });
    });

    it('fails for one bad line, and blames none, since the line that it names is another', async () => {
      const good = scenario.line(0, TOKENS[0]).toString();
      const bad = `{"custom_id":"${toItemId(1, TOKENS[0])}","body":{"messages":[{"role":"bananas","content":"x"}]}}`;
      const id = await scenario.runLines([good, bad]);
      const remote = await scenario.adapter.poll(id, scenario.signal);
      expect(remote).toMatchObject({ state: 'failed', retryable: false });
      expect(remote.errors).toEqual([
        { code: 'INVALID_ARGUMENT', message: expect.stringContaining('.jsonl:1: invalid role bananas'), line: null },
      ]);
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('comes again when there was no room for it', async () => {
      harness.simulator.hold('PENDING');
      const { id } = await scenario.submit();
      await harness.simulator.waitForBatch((job) => job.state === 'PENDING');
      harness.simulator.failJob(id, { code: 'RESOURCE_EXHAUSTED', message: 'no quota for fw_abcdefghijkl' });
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        retryable: true,
        errors: [{ code: 'RESOURCE_EXHAUSTED', message: 'no quota for [key]', line: null }],
      });
    });

    it('is left alone by a cancel, since a deletion loses what ran', async () => {
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      const before = routes().length;
      await scenario.adapter.cancel(id, scenario.signal);
      expect(routes()).toHaveLength(before);
      await harness.finish(id);
      expect(await scenario.state(id)).toBe('completed');
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
    });

    it('is deleted by nothing but the clearing up', async () => {
      harness.hold();
      const { adapter, signal } = scenario;
      const { attempt, id } = await scenario.submit();
      await harness.halfway(id);
      await adapter.submit(attempt, scenario.lines(attempt), signal);
      await adapter.find(attempt, signal);
      await scenario.outcomes(id);
      await adapter.cancel(id, signal);
      await adapter.withdraw(attempt, signal);
      expect(routes()).not.toContain('delete');
      expect(await scenario.state(id)).toBe('in_progress');
    });

    it.each(['PENDING', 'RUNNING'])('that is %s is stopped by its removal, as is said', async (state) => {
      harness.simulator.hold(state);
      const { attempt, id } = await scenario.submit();
      await harness.simulator.waitForBatch((job) => job.state === state);
      expect(scenario.adapter.capabilities.removalStops).toBe(true);
      for (let time = 0; time < 2; time++) await scenario.adapter.cleanup(attempt, id, scenario.signal);
      expect(await scenario.state(id).catch(() => 'gone')).toMatch(/cancelled|gone/);
      expect(harness.simulator.datasets).toEqual([]);
    });

    it('that never began gives nothing to read, and no fault', async () => {
      harness.simulator.hold('PENDING');
      const { id } = await scenario.submit();
      await harness.simulator.waitForBatch((job) => job.state === 'PENDING');
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('is cleared up with both its datasets', async () => {
      const { attempt, id } = await scenario.submit();
      await harness.finish(id);
      expect(harness.simulator.datasets).toEqual([id, `${id}-out`]);
      await scenario.adapter.cleanup(attempt, id, scenario.signal);
      expect(harness.simulator.datasets).toEqual([]);
      expect(await scenario.state(id).catch(() => 'gone')).toMatch(/cancelled|gone/);
    });
  });
});
