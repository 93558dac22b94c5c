import { GROQ } from '../../src/providers/adapters/openai-shaped/profiles/groq';
import { GROQ_DIALECT } from '../support/upstreams/openai/dialects/groq';
import { openAiShaped, type ShapedHarness } from './openai-shaped.harness';
import { describeProviderAdapter } from './provider-adapter.contract';
import { describeProviderFaults } from './provider-faults.contract';
import { Scenario, TOKENS } from './scenario';

const groq = () => openAiShaped({ profile: GROQ, dialect: GROQ_DIALECT, model: 'llama-3.1-8b-instant' });

describeProviderAdapter('Groq', groq);
describeProviderFaults('Groq', groq);

describe('Groq alone', () => {
  let harness: ShapedHarness;
  let scenario: Scenario<ShapedHarness>;
  beforeEach(async () => {
    harness = await groq();
    scenario = new Scenario(harness);
  });
  afterEach(() => harness.close());

  it.each(['24h', ...GROQ.limits.extraWindows])('creates with a window of %s', async (completionWindow) => {
    const staged = await scenario.stage(scenario.attempt(TOKENS[0], { completionWindow }));
    await scenario.adapter.submit(staged, scenario.lines(staged), scenario.signal);
    expect(harness.simulator.batches[0]?.completion_window).toBe(completionWindow);
  });

  it('finds a job pages back, by cursor', async () => {
    const { attempt, id } = await scenario.submit();
    const other = await scenario.stage(scenario.attempt(TOKENS[1]));
    for (let made = 0; made < 45; made++) await scenario.adapter.submit(other, scenario.lines(other), scenario.signal);
    expect(await scenario.adapter.find(attempt, scenario.signal)).toMatchObject({ id });
    expect(harness.simulator.requestCounts().list).toBe(3);
    expect(await scenario.adapter.find(scenario.attempt(TOKENS[2]), scenario.signal)).toBeNull();
  });

  it('does not ask for ever where cursors lead in a ring, and does not take a batch for missing then', async () => {
    for (const next of ['a', 'b', 'c', 'a']) {
      const body = { object: 'list', data: [{ id: 'batch_x' }, null, { id: 5 }], paging: { next_cursor: next } };
      harness.simulator.faults.add({ route: 'list', kind: { status: 200, body } });
    }
    const find = scenario.adapter.find(scenario.attempt(), scenario.signal);
    await expect(find).rejects.toMatchObject({ name: 'ProviderCallError', failure: 'ambiguous' });
    expect(harness.simulator.requestCounts().list).toBe(4);
  });

  it('asks by a cursor that is not well formed', async () => {
    const body = { object: 'list', data: [], paging: { next_cursor: 'half \ud800' } };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body } });
    const end = { object: 'list', data: [], paging: { next_cursor: null } };
    harness.simulator.faults.add({ route: 'list', kind: { status: 200, body: end } });
    expect(await scenario.adapter.find(scenario.attempt(), scenario.signal)).toBeNull();
  });

  it('reads reasons in a bare list, and does not take a completed batch that has some for a failed one', async () => {
    harness.simulator.refuseNextBatch('invalid_url', 'Not that one.');
    const failed = await scenario.submit();
    await harness.finish(failed.id);
    const errors = [{ code: 'invalid_url', message: 'Not that one.', line: null }];
    expect(await scenario.adapter.poll(failed.id, scenario.signal)).toMatchObject({ state: 'failed', errors });

    const id = await scenario.runTexts(['say it', '#status:400']);
    expect(await scenario.adapter.poll(id, scenario.signal)).toMatchObject({
      state: 'completed',
      counts: { total: 2, succeeded: 1, failed: 1 },
      errors: [{ code: 'invalid_request' }],
    });
    expect((await scenario.outcomes(id)).map(({ response }) => response?.statusCode).sort()).toEqual([200, 400]);
  });
});
