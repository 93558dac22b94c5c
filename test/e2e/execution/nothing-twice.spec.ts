import { eventually, ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { chatItems } from '../../support/service/api-client';
import { AnthropicSimulator } from '../../support/upstreams/anthropic/anthropic-simulator';
import { inFullTier } from '../../support/full-tier-case';

const EMPTY_LIST = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

describe('nothing lost, nothing bought twice', () => {
  let bench: ExecutionBench;
  let anthropic: AnthropicSimulator;
  let app: BenchApp;

  beforeAll(async () => {
    bench = await ExecutionBench.open({ validatingMs: 1, runningMs: 4, finalizingMs: 1, cancellingMs: 1 });
    anthropic = await AnthropicSimulator.start({ stateMs: 1 });
    app = await bench.start({ ANTHROPIC_API_KEY: 'sk-ant-simulated', ANTHROPIC_BASE_URL: anthropic.url });
  });
  afterEach(() => {
    bench.simulator.release();
    bench.simulator.faults.clear();
    anthropic.faults.clear();
  });
  afterAll(async () => {
    await bench.dispose();
    await anthropic.stop();
  });

  const statusOfFile = async (id: string | null | undefined) => {
    const headers = { authorization: 'Bearer sk-simulated' };
    return (await fetch(`${bench.simulator.url}/files/${id}`, { headers })).status;
  };
  const upstream = () => bench.simulator.batches.at(-1);

  it('leaves at the provider what was not read whole, and clears up what was', async () => {
    const short = await app.api.waitFor(await bench.create(app, ['a', '#drop']), ENDED);
    expect(outcomes(short)).toEqual([200, 'missing_result']);
    expect(await statusOfFile(upstream()?.output_file_id)).toBe(200);
    await app.api.waitFor(await bench.create(app, ['a', 'b']), ENDED);
    await eventually('it is gone', async () => (await statusOfFile(upstream()?.output_file_id)) === 404 || null);
  });

  inFullTier('tells a job again to stop that refused to be told', async () => {
    bench.simulator.hold('in_progress', 1);
    const id = await bench.create(app, ['a', 'b']);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    const before = bench.calls('cancel');
    bench.simulator.faults.add({ route: 'cancel', kind: { status: 409 } });
    await app.api.cancel(id);
    const batch = await app.api.waitFor(id, ENDED);
    expect([batch.status, bench.calls('cancel') - before]).toEqual(['cancelled', 2]);
  });

  it('sends again what failed only because its input had been taken away', async () => {
    const before = bench.simulator.creates.length;
    bench.simulator.refuseNextBatch('file_not_found', 'The input file is gone.');
    bench.simulator.faults.add({ route: 'create', kind: 'reset_after' });
    bench.simulator.faults.add({ route: 'list', kind: { status: 200, body: EMPTY_LIST }, times: 3 });
    const batch = await app.api.waitFor(await bench.create(app, ['a', 'b']), ENDED);
    expect([batch.status, batch.request_counts.completed]).toEqual(['completed', 2]);
    expect(bench.simulator.creates.length - before).toBe(2);
  });

  it('parks a create without an answer where nothing of ours can be found or taken away', async () => {
    anthropic.faults.add({ route: 'create', kind: 'reset_after' });
    anthropic.faults.add({ route: 'list', kind: { status: 200, body: { data: [], has_more: false } }, times: 99 });
    const { body } = await app.api.create({ requests: chatItems(['a', 'b'], 'claude-haiku-4-5') });
    await bench.partWhen(body.id, 'waits for an operator', (part) => part.state === 'needs_operator');
    expect(anthropic.created).toHaveLength(1);
    await app.api.cancel(body.id);
    const batch = await app.api.waitFor(body.id, ENDED);
    expect([batch.status, outcomes(batch)]).toEqual([
      'cancelled',
      ['submission_unconfirmed', 'submission_unconfirmed'],
    ]);
  });

  it('parks a create without an answer where the one job that may be it ended without a row that tells', async () => {
    const before = anthropic.created.length;
    anthropic.faults.add({ route: 'create', kind: 'reset_after' });
    const { body } = await app.api.create({ requests: chatItems(['#drop'], 'claude-haiku-4-5') });
    await bench.partWhen(body.id, 'waits for an operator', (part) => part.state === 'needs_operator');
    expect(anthropic.created).toHaveLength(before + 1);
    // As long as the job was waited for, the cancel waited with it, until the deadline.
    await app.api.cancel(body.id);
    const batch = await app.api.waitFor(body.id, ENDED);
    expect([batch.status, outcomes(batch)]).toEqual(['cancelled', ['submission_unconfirmed']]);
  });
});
