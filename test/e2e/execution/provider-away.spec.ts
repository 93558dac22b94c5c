import { ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import { inFullTier } from '../../support/full-tier-case';

const PROMPTS = ['a', 'b', 'c', 'd'];
const NOT_CONFIGURED = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

describe('a provider that is not there any more', () => {
  let bench: ExecutionBench;

  beforeEach(async () => {
    bench = await ExecutionBench.open();
  });
  afterEach(() => bench.dispose());

  it('leaves a batch waiting, takes its cancel, and ends it only after deadline and drain', async () => {
    const id = await bench.leaveRunning(PROMPTS, 2);
    const app = await bench.start(NOT_CONFIGURED);
    const waiting = await bench.partWhen(id, 'has failed twice', (part) => part.failures >= 2);
    expect(waiting).toMatchObject({ state: 'running' });
    expect(waiting.dueAt.getTime() - bench.clock.now()).toBeGreaterThan(0);

    expect((await app.api.cancel(id)).status).toBe('cancelling');
    await bench.partWhen(id, 'was woken and waits again', (part) => part.stopReason !== null && part.failures >= 2);
    expect(bench.log.count('A step failed for a reason that nobody foresaw')).toBe(0);

    await bench.passDrain(id);
    const batch = await bench.endWithin(app, id, MINUTE, 14);
    expect(batch.status).toBe('cancelled');
    expect(outcomes(batch)).toEqual(Array(4).fill('batch_cancelled'));
    expect(batch.request_counts).toEqual({ total: 4, completed: 0, failed: 4 });
    // What it holds is paid for, and stays where it is.
    expect(bench.calls('deleteFile')).toBe(0);
  });

  inFullTier('is not needed to end a batch of which nothing was sent', async () => {
    bench.simulator.faults.add({ route: 'upload', kind: { status: 503 }, times: 50 });
    const before = await bench.start();
    const id = await bench.create(before, ['a', 'b']);
    await bench.partWhen(id, 'has failed', (part) => part.failures >= 1);
    await before.close();
    const app = await bench.start(NOT_CONFIGURED);
    await app.api.cancel(id);
    const batch = await app.api.waitFor(id, ['cancelled']);
    expect(outcomes(batch)).toEqual(['batch_cancelled', 'batch_cancelled']);
  });

  it('completes a batch when it is configured again', async () => {
    const id = await bench.leaveRunning(PROMPTS, 2);
    const without = await bench.start(NOT_CONFIGURED);
    await bench.partWhen(id, 'has failed', (part) => part.failures >= 1);
    await without.close();
    bench.simulator.release();
    bench.clock.forward(MINUTE);
    const app = await bench.start();
    const batch = await app.api.waitFor(id, ['completed']);
    expect(outcomes(batch)).toEqual([200, 200, 200, 200]);
    expect(bench.simulator.creates).toHaveLength(1);
  });

  describe('at an address that knows none of its routes', () => {
    let app: BenchApp;

    beforeEach(async () => {
      app = await bench.start({ OPENAI_BASE_URL: bench.simulator.url.replace('/v1', '/nowhere') });
    });

    it('ends a batch as soon as it is cancelled', async () => {
      const id = await bench.create(app, ['a', 'b']);
      await bench.partWhen(id, 'has failed', (part) => part.failures >= 1);
      await app.api.cancel(id);
      const batch = await app.api.waitFor(id, ['cancelled']);
      expect(outcomes(batch)).toEqual(['batch_cancelled', 'batch_cancelled']);
    });

    inFullTier('ends a batch by its deadline', async () => {
      const id = await bench.create(app, ['a', 'b']);
      await bench.partWhen(id, 'has failed', (part) => part.failures >= 1);
      bench.clock.forward(26 * HOUR);
      const batch = await app.api.waitFor(id, ['expired'], 10_000);
      expect(outcomes(batch)).toEqual(['batch_expired', 'batch_expired']);
    });

    it('does not lose a job that runs elsewhere: corrected, the address brings its results', async () => {
      await app.close();
      const id = await bench.leaveRunning(PROMPTS, 2);
      const wrong = await bench.start({ OPENAI_BASE_URL: bench.simulator.url.replace('/v1', '/nowhere') });
      const calls = bench.calls('unknown');
      await bench.simulator.waitFor('unknown', calls + 2);
      expect((await bench.part(id)).state).toBe('running');
      await wrong.close();
      bench.simulator.release();
      bench.clock.forward(MINUTE);
      const right = await bench.start();
      expect(outcomes(await right.api.waitFor(id, ['completed']))).toEqual([200, 200, 200, 200]);
    });
  });
});
