import { StoredFileEntity } from '../../../src/files/stored-file.entity';
import { PartEntity } from '../../../src/batches/part.entity';
import { eventually, ExecutionBench, Gate, outcomes } from '../../support/execution/execution-bench';
import { MINUTE } from '../../support/execution/movable-clock';
import type { Route } from '../../support/upstreams/kit/types';
import { inFullTier } from '../../support/full-tier-case';

const PROMPTS = ['a', 'b', 'c'];

describe('several workers', () => {
  let bench: ExecutionBench;

  beforeEach(async () => {
    bench = await ExecutionBench.open();
  });
  afterEach(() => bench.dispose());

  /** Holds the first request of a route before anything is done; resolves once it is there. */
  function holdFirst(route: Route): { arrived: Promise<void>; gate: Gate } {
    const gate = new Gate();
    const arrived = new Promise<void>((resolve) => {
      const remove = bench.simulator.onRequest(async (seen, phase) => {
        if (seen !== route || phase !== 'received') return;
        remove();
        resolve();
        await gate.wait();
      });
    });
    return { arrived, gate };
  }

  const loseLease = (batchId: string) =>
    bench.rows.manager.update(PartEntity, { batchId }, { leaseExpiresAt: new Date(bench.clock.now() - MINUTE) });

  const files = (batchId: string) => bench.rows.manager.countBy(StoredFileEntity, { batchId, purpose: 'batch_output' });

  it.each([
    ['before the next holder gave it up', false],
    ['after the next holder withdrew it', true],
  ] as const)('make one job of a create whose holder lost the lease, done %s', async (_, late) => {
    const { arrived, gate } = holdFirst('create');
    const loser = await bench.start({ UPSTREAM_TIMEOUT_MS: '20000', POLL_INTERVAL_MS: late ? '50' : String(MINUTE) });
    const id = await bench.create(loser, PROMPTS);
    await arrived;
    const held = await bench.part(id);
    await loseLease(id);
    const winner = await bench.start({ POLL_INTERVAL_MS: late ? '50' : String(MINUTE) });
    await bench.partWhen(id, 'was looked for by the other', (part) => part.fence > held.fence && part.lookups > 0);
    if (late) await bench.simulator.waitFor('create', 2);
    gate.open();
    await bench.partWhen(id, 'has its job', (part) => {
      if (part.remoteId === null) bench.clock.forward(MINUTE);
      return part.remoteId !== null || part.state === 'ended';
    });
    const batch = await eventually('the batch ends', async () => {
      if (!late) bench.clock.forward(MINUTE);
      const { status } = await winner.api.get(id);
      return ['completed', 'failed', 'cancelled', 'expired'].includes(status) ? winner.api.get(id) : null;
    });
    expect(batch.status).toBe('completed');
    expect(outcomes(batch)).toEqual([200, 200, 200]);
    expect(bench.simulator.creates).toHaveLength(1);
    expect(await files(id)).toBe(1);
    // The one who came late heard of it, and wrote neither a failure nor its own attempt: at most the job that it was answered.
    const heard = late ? 'A step ended before its time' : 'A create was answered';
    await eventually('the loser heard', async () => (bench.log.count(heard) > 0 ? true : null));
    const part = await bench.part(id);
    expect(part).toMatchObject({ state: 'ended', failedWhole: false, errors: [], attempts: late ? 2 : 1 });
    expect(bench.simulator.creates[0]?.metadata?.meshbatch_attempt).toBe(part.attemptToken);
  });

  it('end a batch once whose collector lost the lease', async () => {
    const { arrived, gate } = holdFirst('content');
    const loser = await bench.start({ UPSTREAM_TIMEOUT_MS: '20000' });
    const id = await bench.create(loser, PROMPTS);
    await arrived;
    await loseLease(id);
    const winner = await bench.start();
    const batch = await winner.api.waitFor(id, ['completed']);
    const ended = await bench.partWhen(id, 'was given back', (part) => part.leaseHolder === null);
    gate.open();
    await eventually('the loser noticed', async () =>
      bench.log.count('A step ended before its time') > 0 ? true : null,
    );
    expect(await bench.part(id)).toEqual(ended);
    expect(await winner.api.get(id)).toEqual(batch);
    expect(outcomes(batch)).toEqual([200, 200, 200]);
    expect(await files(id)).toBe(1);
  });

  it('take thirty batches at once, each to one job and one end', async () => {
    const apps = [await bench.start(), await bench.start()];
    const ids = await Promise.all(
      Array.from({ length: 30 }, (_, n) => bench.create(apps[n % 2]!, [`batch ${n}`, 'b'])),
    );
    for (const [n, id] of ids.entries()) {
      const batch = await apps[(n + 1) % 2]!.api.waitFor(id, ['completed']);
      expect(outcomes(batch)).toEqual([200, 200]);
      expect(JSON.stringify(batch.results?.[0])).toContain(`"batch ${n}"`);
      expect(await files(id)).toBe(1);
    }
    expect(bench.simulator.creates).toHaveLength(30);
    expect(bench.simulator.uploads).toHaveLength(30);
    expect(bench.log.databaseErrors('40P01')).toEqual([]);
    expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  inFullTier('cancel twelve batches at once without a deadlock', async () => {
    bench.simulator.hold('in_progress', 1);
    const apps = [await bench.start(), await bench.start()];
    const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => bench.create(apps[n % 2]!, ['a', 'b'])));
    await Promise.all(ids.map((id, n) => apps[(n + 1) % 2]!.api.cancel(id)));
    for (const [n, id] of ids.entries()) {
      const batch = await apps[n % 2]!.api.waitFor(id, ['cancelled', 'completed']);
      const notRun = outcomes(batch).filter((outcome) => outcome === 'batch_cancelled').length;
      expect(batch.status).toBe(notRun > 0 ? 'cancelled' : 'completed');
      expect(batch.request_counts).toEqual({ total: 2, completed: 2 - notRun, failed: notRun });
    }
    expect(bench.simulator.creates.length).toBeLessThanOrEqual(12);
    expect(bench.log.databaseErrors('40P01')).toEqual([]);
    expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leave off at once when their process ends, and another goes on', async () => {
    bench.simulator.hold('in_progress', 1);
    const first = await bench.start({ UPSTREAM_TIMEOUT_MS: '30000' });
    const polled = await bench.create(first, PROMPTS);
    await bench.partWhen(polled, 'runs', (part) => part.state === 'running');
    const [poll, upload] = [holdFirst('get'), holdFirst('upload')];
    const uploading = await bench.create(first, PROMPTS);
    await Promise.all([poll.arrived, upload.arrived]);

    const begun = Date.now();
    await first.close();
    expect(Date.now() - begun).toBeLessThan(15_000);
    for (const id of [polled, uploading]) {
      expect(await bench.part(id)).toMatchObject({ leaseHolder: null, leaseExpiresAt: null });
    }
    expect(await bench.part(polled)).toMatchObject({ state: 'running' });

    for (const held of [poll, upload]) held.gate.open();
    bench.simulator.release();
    const second = await bench.start();
    for (const id of [polled, uploading]) {
      expect(outcomes(await second.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
    }
    expect(bench.simulator.creates).toHaveLength(2);
    expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  inFullTier('leave a create that is under way to be found when their process ends', async () => {
    const create = holdFirst('create');
    const first = await bench.start({ UPSTREAM_TIMEOUT_MS: '30000' });
    const id = await bench.create(first, PROMPTS);
    await create.arrived;
    const begun = Date.now();
    await first.close();
    expect(Date.now() - begun).toBeLessThan(15_000);
    create.gate.open();
    await bench.simulator.waitForBatch(() => true);
    const second = await bench.start();
    expect(outcomes(await second.api.waitFor(id, ['completed']))).toEqual([200, 200, 200]);
    expect(bench.simulator.creates).toHaveLength(1);
  });
});
