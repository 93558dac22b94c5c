import { IsNull } from 'typeorm';
import { PartEntity } from '../../../src/batches/part.entity';
import { eventually, ExecutionBench, outcomes, type BenchApp } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import { smallParts, type SmallParts } from '../../support/service/catalog-file';
import { chatItems } from '../../support/service/api-client';
import { GeminiSimulator } from '../../support/upstreams/gemini/gemini-simulator';
import { inFullTier } from '../../support/full-tier-case';

const PROMPTS = Array.from({ length: 6 }, (_, index) => `prompt ${index}`);

describe('the slots of a provider', () => {
  let bench: ExecutionBench;
  let catalog: SmallParts;

  beforeEach(async () => {
    bench = await ExecutionBench.open({ stateMs: 20, runningMs: 150 });
    catalog = await smallParts(1, { openai: { maxConcurrentJobs: 2 } });
  });
  afterEach(async () => {
    await bench.dispose();
    await catalog.remove();
  });

  const start = (env: Record<string, string> = {}) => bench.start({ CATALOG_FILE: catalog.path, ...env });
  const parts = (batchId: string) =>
    bench.rows.manager.find(PartEntity, { where: { batchId }, order: { ordinal: 'ASC' } });
  const open = () =>
    bench.simulator.batches.filter(({ status }) => !['completed', 'failed', 'cancelled'].includes(status)).length;

  it('are never exceeded, whoever works, and all parts are sent in the end', async () => {
    let most = 0;
    bench.simulator.onRequest((route, phase) => {
      if (route === 'create' && phase === 'done') most = Math.max(most, open());
    });
    const apps = [await start(), await start()];
    const ids = await Promise.all(apps.map((app) => bench.create(app, PROMPTS)));
    for (const [at, id] of ids.entries()) {
      expect(outcomes(await apps[at]!.api.waitFor(id, ['completed']))).toEqual(Array(6).fill(200));
    }
    expect(bench.simulator.creates).toHaveLength(12);
    expect(most).toBe(2);
    expect(bench.log.databaseErrors('40P01')).toEqual([]);
    expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('are not waited for past the deadline', async () => {
    bench.simulator.hold('in_progress', 1);
    const app = await start();
    const id = await bench.create(app, PROMPTS.slice(0, 4));
    await eventually('two parts run and two wait', async () => {
      const now = await parts(id);
      const running = now.filter((part) => part.state === 'running').length;
      return running === 2 && now.filter((part) => part.waitsFor === 'slot').length === 2 ? now : null;
    });
    bench.clock.forward(24 * HOUR + MINUTE);
    bench.simulator.release();
    const batch = await app.api.waitFor(id, ['expired']);
    expect(outcomes(batch).slice(2)).toEqual(['batch_expired', 'batch_expired']);
    expect(bench.simulator.creates).toHaveLength(2);
  });

  it('are used at once when an operator takes the limit away', async () => {
    bench.simulator.hold('in_progress', 0);
    const app = await start();
    const id = await bench.create(app, PROMPTS);
    await bench.simulator.waitFor('create', 2);
    await app.close();
    const unlimited = await bench.start();
    await bench.simulator.waitFor('create', 6);
    bench.simulator.release();
    expect(outcomes(await unlimited.api.waitFor(id, ['completed']))).toEqual(Array(6).fill(200));
  });
});

describe('a provider without room', () => {
  let bench: ExecutionBench;
  let app: BenchApp;

  beforeEach(async () => {
    bench = await ExecutionBench.open({ stateMs: 20 });
    app = await bench.start({ POLL_INTERVAL_MS: String(MINUTE) });
  });
  afterEach(() => bench.dispose());

  /** A batch whose job runs, and a second one that was refused. */
  async function refusedBeside(refuse: () => void): Promise<{ running: string; refused: string }> {
    const running = await bench.create(app, ['a']);
    await bench.partWhen(running, 'runs', (part) => part.state === 'running');
    refuse();
    const refused = await bench.create(app, ['b']);
    return { running, refused };
  }

  it('is asked again when another job has ended, and nothing is uploaded twice', async () => {
    const { running, refused } = await refusedBeside(() =>
      bench.simulator.faults.add({ route: 'create', kind: { status: 429 }, times: 1000 }),
    );
    // As if it had been refused many times: its own patience is longer than the test.
    await eventually('the part waits', async () => {
      const free = { batchId: refused, waitsFor: 'room', leaseHolder: IsNull() } as const;
      const dueAt = new Date(bench.clock.now() + 9 * MINUTE);
      return (await bench.rows.manager.update(PartEntity, free, { dueAt })).affected === 1 || null;
    });
    bench.simulator.faults.clear();
    bench.clock.forward(2 * MINUTE);
    expect(outcomes(await app.api.waitFor(running, ['completed']))).toEqual([200]);
    await bench.partWhen(refused, 'runs', (now) => now.state === 'running');
    bench.clock.forward(2 * MINUTE);
    expect(outcomes(await app.api.waitFor(refused, ['completed']))).toEqual([200]);
    expect(bench.calls('upload')).toBe(2);
  });

  inFullTier('is asked again when another job has ended, where it took the job and failed it', async () => {
    // Both are polled at the same time: the first is held, so that it ends later.
    bench.simulator.hold('in_progress', 0);
    const { running, refused } = await refusedBeside(() =>
      bench.simulator.refuseNextBatch('token_limit_exceeded', 'Enqueued token limit reached.'),
    );
    await bench.partWhen(refused, 'runs', (part) => part.state === 'running');
    bench.clock.forward(2 * MINUTE);
    const part = await bench.partWhen(refused, 'waits', ({ waitsFor }) => waitsFor === 'room');
    expect(part).toMatchObject({ state: 'queued', failures: 0, attemptToken: null });
    expect(part.dueAt.getTime() - bench.clock.now()).toBeGreaterThan(2 * MINUTE);
    bench.simulator.release();
    await bench.simulator.waitForBatch((batch) => batch.status === 'completed');
    bench.clock.forward(1.5 * MINUTE);
    expect(outcomes(await app.api.waitFor(running, ['completed']))).toEqual([200]);
    await bench.partWhen(refused, 'runs again', (now) => now.state === 'running');
    bench.clock.forward(2 * MINUTE);
    expect(outcomes(await app.api.waitFor(refused, ['completed']))).toEqual([200]);
  });
});

describe('Gemini without room', () => {
  it('takes a batch when another has ended', async () => {
    const [bench, gemini] = [await ExecutionBench.open(), await GeminiSimulator.start({ maxOpen: 1 })];
    try {
      const settings = { GEMINI_API_KEY: 'gemini-simulated', GEMINI_BASE_URL: gemini.url };
      const app = await bench.start({ ...settings, POLL_INTERVAL_MS: String(MINUTE) });
      const create = async () => {
        const { body } = await app.api.create({ requests: chatItems(['a'], 'gemini/gemini-2.5-flash') });
        return body.id;
      };
      gemini.hold();
      const first = await create();
      await bench.partWhen(first, 'runs', (part) => part.state === 'running');
      const second = await create();
      await bench.partWhen(second, 'waits', (part) => part.waitsFor === 'room');
      expect(gemini.created).toHaveLength(1);
      gemini.release();
      await gemini.waitForBatch((batch) => batch.ended);
      bench.clock.forward(2 * MINUTE);
      await app.api.waitFor(first, ['completed']);
      await bench.partWhen(second, 'runs', (part) => part.state === 'running');
      await gemini.waitForBatch((batch) => batch !== gemini.created[0] && batch.ended);
      bench.clock.forward(2 * MINUTE);
      expect(outcomes(await app.api.waitFor(second, ['completed']))).toEqual([200]);
    } finally {
      await bench.dispose();
      await gemini.stop();
    }
  });
});
