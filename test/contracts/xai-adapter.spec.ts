import { Readable } from 'node:stream';
import { SystemClock } from '../../src/common/clock';
import { toItemId } from '../../src/execution/item-id';
import { XAI } from '../../src/providers/adapters/xai/xai.adapter';
import { IncompleteDownloadError, type ItemOutcome } from '../../src/providers/contract/adapter';
import { BIG_NUMBERS, FAILURE, REASONING_TOKENS } from '../support/upstreams/xai/outcomes';
import type { SimulatorOptions } from '../support/upstreams/xai/types';
import { ALL, describeProviderAdapter, indexesOf, Scenario, TOKENS } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { KEY, MODEL, submitTexts, xai, type XaiHarness } from './xai.harness';

const LIMITS = { partlyRun: 'completed', keepsResults: true, neverExpires: true } as const;

describeProviderAdapter('xAI', xai, LIMITS);
describeProviderFaults('xAI', xai, LIMITS);

describe('xAI alone', () => {
  let harness: XaiHarness;
  let scenario: Scenario<XaiHarness>;
  const bodyOf = (outcome: ItemOutcome | undefined) => JSON.parse(outcome?.response?.body.toString() ?? 'null');

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

  /** Runs one item for each text, and returns the outcomes by the item's id. */
  async function run(texts: readonly string[]): Promise<Map<string, ItemOutcome>> {
    const { id } = await submitTexts(harness, texts);
    await harness.finish(id);
    return new Map((await scenario.outcomes(id)).map((outcome) => [outcome.itemId, outcome]));
  }

  const outcomeOf = async (text: string) => (await run([text])).get(toItemId(0, TOKENS[0]));

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
      const { id } = await submitTexts(harness, ['a', 'b', '#poison', 'd']);
      await harness.finish(id);
      expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
        state: 'failed',
        counts: { total: 0, succeeded: 0, failed: 0 },
        errors: [{ code: 'batch_failed', message: expect.stringContaining('line 3'), line: 3 }],
        retryable: false,
      });
      expect(await scenario.outcomes(id)).toEqual([]);
    });

    it('blames no line for a model that is not run in batches', async () => {
      const attempt = scenario.attempt(TOKENS[0], { itemCount: 1 });
      const text = scenario.line(0, TOKENS[0]).toString().replace(MODEL, 'grok-4.5');
      const lines = { bytes: text.length, open: () => Readable.from([Buffer.from(text)], { objectMode: false }) };
      const inputId = await scenario.adapter.stage(attempt, lines, scenario.signal);
      const { id } = await scenario.adapter.submit({ ...attempt, inputId }, lines, scenario.signal);
      await harness.finish(id);
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

  describe('results', () => {
    it('come in pages', async () => {
      await restart({ maxPage: 3 });
      const { id } = await scenario.submit();
      await harness.finish(id);
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
      const paths = harness.simulator.requests.filter(({ route }) => route === 'content').map(({ path }) => path);
      expect(paths).toEqual([
        `/v1/batches/${id}/results?limit=1000`,
        `/v1/batches/${id}/results?limit=1000&pagination_token=YXQvMw%3D%3D`,
        `/v1/batches/${id}/results?limit=1000&pagination_token=YXQvNg%3D%3D`,
      ]);
    });

    it.each([
      ['lead back to a page', { results: [], pagination_token: 'again' }],
      ['have no rows where rows should be', { pagination_token: null }],
      ['are something else', []],
      ['have a token of another kind', { results: [], pagination_token: 7 }],
    ])('are not whole when they %s', async (_, body) => {
      const { id } = await scenario.submit();
      await harness.finish(id);
      harness.simulator.faults.add({ route: 'content', kind: { status: 200, body }, times: 9 });
      await expect(scenario.outcomes(id)).rejects.toBeInstanceOf(IncompleteDownloadError);
    });

    it('are not whole when a later page is cut short', async () => {
      await restart({ maxPage: 3 });
      const { id } = await scenario.submit();
      await harness.finish(id);
      harness.simulator.faults.add({ route: 'content', kind: { truncate: 'clean_end', keepLines: 2 }, skip: 1 });
      await expect(scenario.outcomes(id)).rejects.toBeInstanceOf(IncompleteDownloadError);
      expect(indexesOf(await scenario.outcomes(id))).toEqual(ALL);
    });

    it('can be read while the batch runs', async () => {
      harness.hold();
      const { id } = await scenario.submit();
      await harness.halfway(id);
      expect(await scenario.outcomes(id)).toHaveLength(4);
    });

    it('tell apart what became of each item', async () => {
      const texts = ['fine', '#fail', '#beside', '#error:3', '#error:14', '#error:1', '#garbage', '#drop', '#dup'];
      const outcomes = await run(texts);
      const told = texts.map((_, index) => {
        const outcome = outcomes.get(toItemId(index, TOKENS[0]));
        const own = bodyOf(outcome)?.error;
        return outcome && [outcome.response?.statusCode ?? null, own?.code ?? outcome.error?.code ?? null];
      });
      expect(told).toEqual([
        [200, null],
        [400, 'provider_error'],
        [400, 'provider_error'],
        [400, '3'],
        [503, '14'],
        [null, 'batch_cancelled'],
        [null, 'provider_bad_row'],
        undefined,
        [200, null],
      ]);
    });

    it('give a failure as OpenAI would', async () => {
      expect(bodyOf(await outcomeOf('#fail'))).toEqual({
        error: { message: FAILURE, type: 'provider_error', param: null, code: 'provider_error' },
      });
    });

    it('count the tokens of reasoning, and keep every other byte', async () => {
      const usage = bodyOf(await outcomeOf('#think')).usage;
      expect(usage.completion_tokens).toBe(2 + REASONING_TOKENS);
      expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
      expect((await outcomeOf('#bignum'))?.response?.body.toString()).toContain(BIG_NUMBERS);
    });

    it('leave what stays pending for the deadline', async () => {
      const { id } = await submitTexts(harness, ['a', '#stuck']);
      await harness.simulator.waitForBatch(({ ran }) => ran === 1);
      expect(await scenario.state(id)).toBe('in_progress');
      expect(await scenario.outcomes(id)).toHaveLength(1);
    });
  });
});
