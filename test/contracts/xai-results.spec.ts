import { toItemId } from '../../src/execution/item-id';
import { IncompleteDownloadError, type ItemOutcome } from '../../src/providers/contract/adapter';
import { BIG_NUMBERS, FAILURE, REASONING_TOKENS } from '../support/upstreams/xai/outcomes';
import type { SimulatorOptions } from '../support/upstreams/xai/types';
import { ALL, bodyOf, indexesOf, Scenario, TOKENS } from './scenario';
import { xai, type XaiHarness } from './xai.harness';

describe('xAI results', () => {
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

  /** Runs one item for each text, and returns the outcomes by the item's id. */
  async function run(texts: readonly string[]): Promise<Map<string, ItemOutcome>> {
    const id = await scenario.runTexts(texts);
    return new Map((await scenario.outcomes(id)).map((outcome) => [outcome.itemId, outcome]));
  }

  const outcomeOf = async (text: string) => (await run([text])).get(toItemId(0, TOKENS[0]));

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
    const { id } = await scenario.submitLines(scenario.saying(['a', '#stuck']));
    await harness.simulator.waitForBatch(({ ran }) => ran === 1);
    expect(await scenario.state(id)).toBe('in_progress');
    expect(await scenario.outcomes(id)).toHaveLength(1);
  });
});
