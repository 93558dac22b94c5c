import { SystemClock } from '../../src/common/clock';
import { toItemId } from '../../src/execution/item-id';
import { XAI } from '../../src/providers/adapters/xai/xai.adapter';
import type { SimulatorOptions } from '../support/upstreams/xai/types';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { ALL, indexesOf, Scenario, TOKENS } from './scenario';
import { KEY, MODEL, xai, type XaiHarness } from './xai.harness';

const LIMITS = { partlyRun: 'completed', keepsResults: true, neverExpires: true } as const;

describeProviderAdapter('xAI', xai, LIMITS);
describeProviderFaults('xAI', xai, LIMITS);

describe('xAI alone', () => {
  let harness: XaiHarness;
  let scenario: Scenario<XaiHarness>;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    harness = await xai(options);
    scenario = new Scenario(harness);
  }

  async function restart(options: SimulatorOptions): Promise<void> {
    await harness.close();
    await start(options);
  }

  beforeEach(() => start());
  afterEach(() => harness.close());

  describe('a submit', () => {
    it('uploads with an expiry and no purpose, and names the batch by the attempt', async () => {
      const { attempt } = await scenario.submit();
      const [upload, create] = harness.simulator.requests;
      expect([upload?.headers.authorization, upload?.headers['content-length']]).toEqual([
        `Bearer ${KEY}`,
        expect.stringMatching(/^\d+$/),
      ]);
      const [file] = harness.simulator.uploads;
      expect(file).toMatchObject({ filename: `meshbatch-${TOKENS[0]}.jsonl`, purpose: '' });
      expect((file?.expires_at ?? 0) - (file?.created_at ?? 0)).toBe(7 * 86_400);
      expect(create?.body).toEqual({ name: `meshbatch-${TOKENS[0]}`, input_file_id: attempt.inputId });
    });

    it('makes nothing without an input', async () => {
      const attempt = scenario.attempt();
      const create = scenario.adapter.submit(attempt, scenario.lines(attempt), scenario.signal);
      await expect(create).rejects.toMatchObject({ failure: 'rejected' });
      expect(harness.simulator.requests).toEqual([]);
    });

    it('writes the lines that the vendor documents', () => {
      expect(JSON.parse(scenario.line(0, TOKENS[0]).toString())).toEqual({
        custom_id: toItemId(0, TOKENS[0]),
        method: 'POST',
        url: '/v1/chat/completions',
        body: { model: MODEL, messages: [{ role: 'user', content: 'say 0' }] },
      });
    });

    it('is found behind many others', async () => {
      const { attempt, id } = await scenario.submit();
      const other = await scenario.stage(scenario.attempt(TOKENS[1]));
      for (let made = 0; made < 120; made++) {
        await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
      }
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      expect(harness.simulator.requestCounts().list).toBe(2);
    });

    it('says that it does not know when the list leads back to where it was', async () => {
      const body = { batches: [], pagination_token: 'again' };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body }, times: 9 });
      const find = scenario.adapter.find(scenario.attempt(), scenario.signal);
      await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
      expect(harness.simulator.requestCounts().list).toBe(2);
    });

    it('is found behind a page whose token is no whole text', async () => {
      const { attempt, id } = await scenario.submit();
      const body = { batches: [], pagination_token: '\ud800' };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body } });
      harness.simulator.faults.add({
        route: 'list',
        kind: { status: 200, body: { batches: [harness.simulator.created[0]?.render()], pagination_token: null } },
      });
      expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
      expect(harness.simulator.requests.at(-1)?.path).toContain('&pagination_token=%EF%BF%BD');
    });

    it('is fenced by its upload also where the vendor tells late that it is gone', async () => {
      await restart({ missingInputLate: true });
      const staged = await scenario.stage(scenario.attempt());
      await scenario.adapter.withdraw(staged, scenario.signal);
      const { id } = await scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
      await harness.finish(id);
      expect(await scenario.state(id)).toBe('failed');
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('is looked for among the uploads no further back than the attempt', async () => {
      for (let made = 0; made < 101; made++) await scenario.stage(scenario.attempt());
      const unknown = scenario.attempt(TOKENS[1]);
      await scenario.adapter.withdraw(unknown, scenario.signal);
      expect(harness.simulator.requestCounts().listFiles).toBe(2);
      await scenario.adapter.withdraw({ ...unknown, begunAt: Date.now() + 3_600_000 }, scenario.signal);
      expect(harness.simulator.requestCounts().listFiles).toBe(3);
    });
  });

  it.each([
    ['a key that is not known', { status: 400, error: 'Incorrect API key provided: xa***gA. …' }, 'unauthorized'],
    ['no credit', { status: 429, error: 'Your team has either used all available credits or …' }, 'unauthorized'],
    ['too many calls', { status: 429, error: 'Too many requests' }, 'throttled'],
    ['another bad call', { status: 400, error: 'name is required' }, 'rejected'],
  ])('tells of %s', async (_, { status, error }, failure) => {
    harness.simulator.faults.add({ route: 'upload', kind: { status, body: { code: 'some-code', error } } });
    await expect(scenario.submit()).rejects.toMatchObject({ failure, details: { status, code: 'some-code' } });
  });

  it('says of a wrong key what it is, and shows none of its letters', async () => {
    const adapter = XAI.create({ apiKey: 'xai-wrong-key', baseUrl: harness.simulator.url });
    await expect(adapter.poll('batch_1', scenario.signal)).rejects.toMatchObject({
      failure: 'unauthorized',
      message: 'The provider does not know the API key',
    });
  });

  describe('a poll', () => {
    it('is validating until the input is read in, and then in progress', async () => {
      harness.simulator.hold('validating');
      harness.simulator.hold('in_progress');
      const { id } = await scenario.submit();
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({ state: 'validating', counts: null });
      harness.simulator.release('validating');
      await harness.halfway(id);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'in_progress',
        counts: { total: 8, succeeded: 4, failed: 0 },
      });
    });

    it('names the line for which the vendor ran nothing', async () => {
      const id = await scenario.runTexts(['a', 'b', '#poison', 'd']);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        counts: { total: 0, succeeded: 0, failed: 0 },
        errors: [{ code: 'batch_failed', message: expect.stringContaining('line 3'), line: 3 }],
        retryable: false,
      });
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('blames no line for a model that is not run in batches', async () => {
      const line = scenario.line(0, TOKENS[0]).toString().replace(MODEL, 'grok-4.5');
      const id = await scenario.runLines([line]);
      const { errors } = await scenario.adapter.poll(id, scenario.signal);
      expect(errors).toEqual([expect.objectContaining({ line: null, everyLine: true })]);
    });
  });

  describe('a cancel', () => {
    /** A batch of which nothing ran when it was cancelled. */
    async function cancelled(): Promise<string> {
      harness.simulator.hold('in_progress', 0);
      const { id } = await scenario.submit();
      await harness.simulator.waitForBatch(({ total }) => total === 8);
      await scenario.adapter.cancel(id, scenario.signal);
      return id;
    }

    it('goes to the path with a colon', async () => {
      const id = await cancelled();
      expect(harness.simulator.requests.at(-1)?.path).toBe(`/v1/batches/${id}:cancel`);
    });

    it('is under way as long as anything is pending', async () => {
      harness.simulator.hold('cancelling');
      const id = await cancelled();
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'cancelling',
        counts: { total: 8, succeeded: 0, failed: 0 },
      });
      expect(harness.clock.slept).toEqual([]);
      harness.simulator.release('cancelling');
      expect(await scenario.state(id)).toBe('cancelled');
    });

    it('is believed when a second read, a while later, counts the same', async () => {
      const id = await cancelled();
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'cancelled',
        counts: { total: 8, succeeded: 0, failed: 8 },
      });
      expect(harness.clock.slept).toEqual([30_000]);
      expect(new Set((await scenario.outcomes(id)).map(({ error }) => error?.code))).toEqual(
        new Set(['batch_cancelled']),
      );
    });

    it('is not believed when what was cancelled lands after all', async () => {
      const id = await cancelled();
      harness.clock.meanwhile = () => harness.simulator.landCancelled();
      expect(await scenario.state(id)).toBe('cancelling');
      expect(await scenario.state(id)).toBe('completed');
      expect(harness.clock.slept).toEqual([30_000]);
      const outcomes = await scenario.outcomes(id);
      expect([indexesOf(outcomes), outcomes.every(({ response }) => response?.statusCode === 200)]).toEqual([
        ALL,
        true,
      ]);
    });

    it('ends a batch whose input is not read in, once that stays so', async () => {
      harness.simulator.hold('validating');
      const { id } = await scenario.submit();
      await scenario.adapter.cancel(id, scenario.signal);
      expect(await scenario.state(id)).toBe('cancelled');
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it.each([1000, 3])('tells what did not run also where it has no row, %i at a time', async (maxPage) => {
      await restart({ omitCancelled: true, maxPage });
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      await scenario.adapter.cancel(id, scenario.signal);
      expect(await scenario.state(id)).toBe('completed');
      const outcomes = await scenario.outcomes(id);
      expect(indexesOf(outcomes)).toEqual(ALL);
      expect(outcomes.filter(({ error }) => error?.code === 'batch_cancelled')).toHaveLength(4);
    });

    it('is not believed either when the vendor did it, until the counts rest', async () => {
      const { id } = await scenario.submit();
      const answer = (num_pending: number, num_success: number, num_cancelled: number) => ({
        batch_id: id,
        cancel_by_xai_message: 'Cancelled by xAI',
        state: { num_requests: 8, num_pending, num_success, num_error: 0, num_cancelled },
      });
      const answers = [answer(2, 1, 5), answer(0, 1, 7), answer(0, 3, 5), answer(0, 3, 5), answer(0, 3, 5)];
      for (const body of answers) harness.simulator.faults.add({ route: 'get', kind: { status: 200, body } });
      expect([await scenario.state(id), await scenario.state(id)]).toEqual(['cancelling', 'cancelling']);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        counts: { total: 8, succeeded: 3, failed: 5 },
        errors: [{ message: 'Cancelled by xAI' }],
        ranNothing: false,
      });
      expect(harness.clock.slept).toEqual([30_000, 30_000]);
    });

    it('waits no longer than it is let', async () => {
      const id = await cancelled();
      const adapter = XAI.create({ apiKey: KEY, baseUrl: harness.simulator.url, clock: new SystemClock() });
      const stop = new AbortController();
      const poll = expect(adapter.poll(id, stop.signal)).rejects.toBeInstanceOf(Error);
      await harness.simulator.waitFor('get');
      stop.abort();
      await poll;
    });
  });
});
