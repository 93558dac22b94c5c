import { LeftoverEntity } from '../../../src/batches/leftover.entity';
import { eventually, ExecutionBench, outcomes } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import { sampled } from '../../support/tier';
import { inFullTier } from '../../support/full-tier-case';

const PROMPTS = ['a', 'b', 'c', 'd'];

describe('the deadline', () => {
  let bench: ExecutionBench;

  const open = async (simulated = {}) => (bench = await ExecutionBench.open(simulated));
  afterEach(() => bench.dispose());

  it('cancels what runs upstream, keeps what ran, and ends the batch expired', async () => {
    await open();
    bench.simulator.hold('in_progress', 2);
    const app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.simulator.waitForBatch((batch) => batch.request_counts.completed === 2);
    await bench.partWhen(id, 'runs', (part) => part.remoteState === 'in_progress');
    bench.clock.forward(24 * HOUR + MINUTE);
    const batch = await app.api.waitFor(id, ['expired']);
    expect(bench.calls('cancel')).toBe(1);
    expect(outcomes(batch).filter((outcome) => outcome === 200)).toHaveLength(2);
    expect(outcomes(batch).filter((outcome) => outcome === 'batch_cancelled')).toHaveLength(2);
    expect(batch.request_counts).toEqual({ total: 4, completed: 2, failed: 2 });
  });

  inFullTier('ends the batch expired when upstream says expired itself', async () => {
    await open();
    bench.simulator.hold('in_progress', 3);
    const app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.simulator.waitForBatch((batch) => batch.request_counts.completed === 3);
    bench.simulator.expireAll();
    const batch = await app.api.waitFor(id, ['expired']);
    expect(outcomes(batch).filter((outcome) => outcome === 'batch_expired')).toHaveLength(1);
    expect(batch.request_counts).toEqual({ total: 4, completed: 3, failed: 1 });
  });

  it('completes a batch whose job wins the race against the deadline', async () => {
    await open({ cancelEnds: 'completed' });
    bench.simulator.hold('in_progress', 1);
    const app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.simulator.waitForBatch((batch) => batch.request_counts.completed === 1);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    bench.clock.forward(24 * HOUR + MINUTE);
    expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200, 200]);
  });

  const downtimes = [
    ['at once', []],
    ['after a first read that fails', [{ route: 'content', kind: { status: 503 } }]],
    ['after reads that lack rows', [{ route: 'content', kind: { truncate: 'clean_end', keepLines: 1 } }]],
    ['after a first poll that fails', [{ route: 'get', kind: { status: 503 } }]],
    [
      'after a cancel and polls that fail',
      [
        { route: 'cancel', kind: { status: 500 } },
        { route: 'get', kind: 'reset_before', times: 2 },
      ],
    ],
  ] as const;
  it.each(sampled(downtimes, ([when]) => /at once|lack rows/.test(when)))(
    'collects what a job finished during a long downtime, %s',
    async (_, faults) => {
      await open();
      const id = await bench.leaveRunning(PROMPTS, 1);
      bench.simulator.release();
      await bench.simulator.waitForBatch((batch) => batch.status === 'completed');
      bench.clock.forward(30 * HOUR);
      for (const fault of faults) bench.simulator.faults.add(fault);
      const app = await bench.start();
      expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200, 200]);
    },
  );

  it('tells a job that still runs after a long downtime to stop, and waits for what it did', async () => {
    await open({ cancellingMs: 600 });
    const id = await bench.leaveRunning(PROMPTS, 2);
    bench.clock.forward(30 * HOUR);
    const app = await bench.start();
    const batch = await app.api.waitFor(id, ['expired']);
    expect(bench.calls('cancel')).toBeGreaterThan(0);
    expect(outcomes(batch).filter((outcome) => outcome === 200)).toHaveLength(2);
  });

  inFullTier('does not miss files that a provider shows later than the end, after a long downtime', async () => {
    await open({ handleLag: { polls: 3, files: 'both' } });
    const id = await bench.leaveRunning(PROMPTS, 1);
    bench.simulator.release();
    await bench.simulator.waitForBatch((batch) => batch.status === 'completed');
    bench.clock.forward(30 * HOUR);
    const app = await bench.start();
    expect(outcomes(await app.api.waitFor(id))).toEqual([200, 200, 200, 200]);
  });

  it('stops a job before it gives it up when the clock jumps past the drain in the middle of a poll', async () => {
    await open();
    bench.simulator.hold('in_progress', 2);
    const app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.simulator.waitForBatch((batch) => batch.request_counts.completed === 2);
    const remove = bench.simulator.onRequest((route, phase) => {
      if (route !== 'get' || phase !== 'done') return;
      remove();
      bench.clock.forward(26 * HOUR);
    });
    const batch = await app.api.waitFor(id);
    expect(batch.status).toBe('expired');
    expect(bench.calls('cancel')).toBe(1);
    expect(outcomes(batch).filter((outcome) => outcome === 200)).toHaveLength(2);
  });

  inFullTier('does not wait past its drain for a job that never ends', async () => {
    await open();
    bench.simulator.hold('in_progress', 2);
    bench.simulator.hold('cancelling');
    const app = await bench.start();
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    await bench.passDrain(id);
    const batch = await app.api.waitFor(id, ['expired']);
    expect(outcomes(batch)).toEqual(Array(4).fill('batch_expired'));
    // What it ran is paid for.
    expect(await bench.rows.manager.count(LeftoverEntity)).toBe(0);
  });

  it('removes a job that it does not wait for and that ran nothing, once it has stopped', async () => {
    await open();
    bench.simulator.hold('in_progress', 0);
    bench.simulator.hold('cancelling');
    const app = await bench.start({ RECONCILE_INTERVAL_MS: '20' });
    const id = await bench.create(app, PROMPTS);
    await bench.partWhen(id, 'runs', (part) => part.state === 'running');
    await bench.passDrain(id);
    expect(outcomes(await app.api.waitFor(id, ['expired']))).toEqual(Array(4).fill('batch_expired'));
    expect(await bench.rows.manager.findBy(LeftoverEntity, {})).toMatchObject([{ ended: false }]);
    bench.simulator.release();
    await bench.simulator.waitForBatch((batch) => batch.status === 'cancelled');
    bench.clock.forward(11 * MINUTE);
    await eventually('its files are gone', async () => (bench.simulator.files.length === 0 ? true : null));
  });

  describe('and a create without an answer', () => {
    /** A batch whose create took place without an answer, then a downtime of thirty hours. */
    async function leaveUnconfirmed(): Promise<string> {
      await open();
      bench.simulator.faults.add({ route: 'create', kind: 'hang_after' });
      const first = await bench.start({ UPSTREAM_TIMEOUT_MS: '5000' });
      const id = await bench.create(first, PROMPTS);
      await bench.simulator.waitForBatch((batch) => batch.status === 'completed');
      await first.close();
      expect(await bench.part(id)).toMatchObject({ state: 'submitting', remoteId: null });
      bench.clock.forward(30 * HOUR);
      return id;
    }

    inFullTier('finds the job after a long downtime', async () => {
      const id = await leaveUnconfirmed();
      const app = await bench.start();
      expect(outcomes(await app.api.waitFor(id, ['completed']))).toEqual([200, 200, 200, 200]);
      expect(bench.simulator.creates).toHaveLength(1);
    });

    it.each([
      ['fails', { status: 503 }],
      ['hangs', 'hang_before'],
    ] as const)('finds the job after a long downtime when the first look-up %s', async (_, kind) => {
      const id = await leaveUnconfirmed();
      bench.simulator.faults.add({ route: 'list', kind });
      const app = await bench.start();
      expect(outcomes(await app.api.waitFor(id))).toEqual([200, 200, 200, 200]);
      expect(bench.simulator.creates).toHaveLength(1);
    });
  });
});
