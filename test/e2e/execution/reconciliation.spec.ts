import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobStore } from '../../../src/blobs/blob-store';
import { Not } from 'typeorm';
import { BatchEntity } from '../../../src/batches/batch.entity';
import { LeftoverEntity } from '../../../src/batches/leftover.entity';
import { PartEntity } from '../../../src/batches/part.entity';
import type { PartState } from '../../../src/batches/part-state';
import { CHECKS, type Check, type Finding } from '../../../src/execution/reconcile/check';
import { TurnsStore } from '../../../src/execution/reconcile/turns.store';
import { Metrics } from '../../../src/metrics/metrics';
import { ProviderPauseEntity } from '../../../src/providers/provider-pause.entity';
import { ProviderPauses } from '../../../src/providers/provider-pauses';
import { StoredFileEntity } from '../../../src/files/stored-file.entity';
import { eventually, ExecutionBench, type BenchApp } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import type { BatchBody } from '../../support/service/api-client';

const ENDED = ['completed', 'failed', 'cancelled', 'expired'];
const NO_BATCH = 'batch_01JAAAAAAAAAAAAAAAAAAAAAAA';
/** No pass by itself. */
const NEVER = { RECONCILE_INTERVAL_MS: `${100 * HOUR}`, SWEEP_INTERVAL_MS: `${100 * HOUR}` };
const OFTEN = { RECONCILE_INTERVAL_MS: '20', SWEEP_INTERVAL_MS: '20', BLOB_GRACE_MS: `${HOUR}` };

describe('reconciliation', () => {
  let bench: ExecutionBench;
  beforeAll(async () => (bench = await ExecutionBench.open({ validatingMs: 1, runningMs: 4, finalizingMs: 1 })));
  afterEach(async () => {
    bench.simulator.faults.clear();
    await bench.closeApps();
  });
  afterAll(() => bench.dispose());

  async function findings(app: BenchApp, kind: string): Promise<Finding[]> {
    const check = app.get<Check[]>(CHECKS).find((one) => one.kind === kind);
    const found: Finding[] = [];
    for await (const finding of check!.find(new AbortController().signal)) found.push(finding);
    return found;
  }

  /** Takes what is found, which must be one thing, and puts it right; then nothing more is found. */
  async function putRight(app: BenchApp, kind: string): Promise<string> {
    const [finding, ...more] = await findings(app, kind);
    expect([more, await finding?.repair?.()]).toEqual([[], true]);
    expect(await findings(app, kind)).toEqual([]);
    return finding!.subject;
  }

  const pathOf = (key: string) => join(bench.dataDir, 'blobs', key);
  async function put(key: string, ageMs: number): Promise<void> {
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await writeFile(pathOf(key), 'left');
    const at = new Date(bench.clock.now() - ageMs);
    await utimes(pathOf(key), at, at);
  }

  it('removes old blobs that no row names and writes that nobody will end, and nothing else', async () => {
    const app = await bench.start(OFTEN);
    const { id: first } = await app.api.waitFor(await bench.create(app, ['a', '#status:400']), ENDED);
    const { body: retry } = await app.api.send<BatchBody>('POST', `/v1/batches/${first}/retry`);
    const { id } = await app.api.waitFor(retry.id, ENDED);
    const own = await readdir(pathOf(`batches/${id}`), { recursive: true });
    expect(own).toContain('origin.u32');
    for (const name of own) await utimes(pathOf(`batches/${id}/${name}`), 0, 0);
    const orphans = [`batches/${NO_BATCH}/input.jsonl`, `batches/${id}/parts/0/results-999.jsonl`, '.writing-file_1'];
    const others = [
      `batches/${NO_BATCH}/young.jsonl`,
      'batches/notes/input.jsonl',
      'elsewhere/input.jsonl',
      '.writing-2',
    ];
    const ages = [0, 3 * HOUR, 3 * HOUR, 0];
    for (const [at, key] of others.entries()) await put(key, ages[at] ?? 0);
    for (const key of orphans) await put(key, 3 * HOUR);
    await eventually('the orphans are gone', async () =>
      orphans.some((key) => existsSync(pathOf(key))) ? null : true,
    );
    expect(others.filter((key) => !existsSync(pathOf(key)))).toEqual([]);
    expect(await readdir(pathOf(`batches/${id}`), { recursive: true })).toEqual(own);
    const counted = await app.get(Metrics).registry.metrics();
    expect(counted).toContain('meshbatch_reconciler_repairs_total{kind="orphan_blob"} 2');
    expect(counted).toContain('meshbatch_reconciler_repairs_total{kind="unfinished_write"} 1');
  });

  it('removes later what could not be removed from the provider at the end of a part', async () => {
    const app = await bench.start(OFTEN);
    bench.simulator.faults.add({ route: 'deleteFile', kind: { status: 500 } });
    await app.api.waitFor(await bench.create(app, ['a']), ENDED);
    await eventually('one is noted', async () =>
      (await bench.rows.manager.count(LeftoverEntity)) === 1 ? true : null,
    );
    bench.clock.forward(11 * MINUTE);
    await eventually('it is removed', async () =>
      (await bench.rows.manager.count(LeftoverEntity)) === 0 ? true : null,
    );
    expect(bench.simulator.files).toEqual([]);
  });

  it('puts off what cannot be removed, each time for longer', async () => {
    const app = await bench.start(NEVER);
    bench.simulator.faults.add({ route: 'deleteFile', kind: { status: 500 }, times: 99 });
    await app.api.waitFor(await bench.create(app, ['a']), ENDED);
    const leftover = () => bench.rows.manager.findOneByOrFail(LeftoverEntity, {});
    await eventually('it is noted', () => leftover().catch(() => null));
    for (const minutes of [10, 20, 40]) {
      bench.clock.forward((minutes + 1) * MINUTE);
      const [finding] = await findings(app, 'upstream_leftover');
      await expect(finding?.repair?.()).rejects.toMatchObject({ name: 'ProviderCallError' });
      expect(await findings(app, 'upstream_leftover')).toEqual([]);
    }
    bench.simulator.faults.clear();
    bench.clock.forward(100 * MINUTE);
    await putRight(app, 'upstream_leftover');
    expect(bench.simulator.files).toEqual([]);
  });

  it('gives up what cannot be removed for weeks, and no other provider waits for one that is silent', async () => {
    const app = await bench.start(NEVER);
    bench.simulator.faults.add({ route: 'deleteFile', kind: 'hang_before', times: 99 });
    for (let left = 1; left <= 2; left++) await app.api.waitFor(await bench.create(app, ['a']), ENDED);
    const rows = () => bench.rows.manager.find(LeftoverEntity, { order: { dueAt: 'ASC' } });
    await eventually('they are noted', async () => ((await rows()).length === 2 ? true : null));
    await bench.rows.manager.update(LeftoverEntity, { provider: 'openai' }, { failures: 35 });
    bench.clock.forward(11 * MINUTE);
    let tried = 0;
    const check = app.get<Check[]>(CHECKS).find(({ kind }) => kind === 'upstream_leftover');
    for await (const { repair } of check!.find(new AbortController().signal)) {
      tried++;
      expect(await repair?.()).toBe(false);
    }
    expect([tried, (await rows()).length]).toEqual([1, 1]);
    bench.simulator.faults.clear();
    // The other of the silent one's is put off, so that it stands before nobody's.
    expect(await findings(app, 'upstream_leftover')).toEqual([]);
    bench.clock.forward(11 * MINUTE);
    await putRight(app, 'upstream_leftover');
  });

  it('finds a part whose job was lost, and one that nobody takes further', async () => {
    const app = await bench.start({ ...NEVER, ROLE: 'api' });
    const part = await bench.part(await bench.create(app, ['a']));
    bench.clock.forward(2 * MINUTE);
    expect(await findings(app, 'lost_job')).toEqual([]);
    await bench.rows.query(`DELETE FROM meshbatch_jobs.job WHERE singleton_key = $1`, [part.id]);
    expect(await putRight(app, 'lost_job')).toBe(part.id);
    expect(await findings(app, 'stuck_part')).toEqual([]);
    bench.clock.forward(20 * MINUTE);
    expect((await findings(app, 'stuck_part')).map(({ subject }) => subject)).toEqual([part.id]);
  });

  it('finds parts that an operator is needed for', async () => {
    const app = await bench.start({ ...NEVER, ROLE: 'api' });
    const { id } = await bench.part(await bench.create(app, ['a']));
    await bench.rows.manager.update(PartEntity, { id }, { state: 'needs_operator', createSentAt: new Date() });
    expect((await findings(app, 'parked_part')).map(({ subject }) => subject)).toEqual([id]);
    await bench.rows.manager.update(PartEntity, { id }, { state: 'queued', createSentAt: null });
  });

  it('finds results that cannot be read, and providers that batches wait for in vain', async () => {
    const app = await bench.start({ ...NEVER, ROLE: 'api', OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined });
    const { id } = await bench.rows.manager.findOneByOrFail(PartEntity, { state: Not<PartState>('ended') });
    const subjects = async (kind: string) => (await findings(app, kind)).map(({ subject }) => subject);
    expect([await subjects('unconfigured_provider'), await subjects('unread_results')]).toEqual([['openai'], []]);
    await bench.rows.manager.update(PartEntity, { id }, { state: 'collecting', remoteId: 'batch_1', failures: 10 });
    expect(await subjects('unread_results')).toEqual([id]);
    await bench.rows.manager.update(PartEntity, { id }, { state: 'queued', remoteId: null, failures: 0 });
    const until = bench.clock.now() + MINUTE;
    await app.get(ProviderPauses).pause({ provider: 'openai', calls: 'submits', reason: 'credentials', until });
    expect(await subjects('paused_provider')).toEqual(['openai']);
    await bench.rows.manager.delete(ProviderPauseEntity, { provider: 'openai' });
  });

  it('ends a batch that was left behind by its parts', async () => {
    const app = await bench.start(NEVER);
    const before = await app.api.waitFor(await bench.create(app, ['a', '#status:400']), ENDED);
    await bench.rows.manager.delete(StoredFileEntity, { batchId: before.id, purpose: 'batch_output' });
    const undone = { status: 'finalizing' as const, completedAt: null, outputFileId: null, errorFileId: null };
    await bench.rows.manager.update(BatchEntity, { id: before.id }, undone);
    expect(await putRight(app, 'unsettled_batch')).toBe(before.id);
    const after = await app.api.get(before.id);
    expect([after.status, after.request_counts, after.results]).toEqual([
      'completed',
      before.request_counts,
      before.results,
    ]);
  });

  it('tells the parts of a batch again that goes on long after its deadline', async () => {
    const app = await bench.start({ ...NEVER, ROLE: 'api', GEMINI_API_KEY: 'key' });
    const id = await bench.create(app, ['a']);
    const late = async () => (await findings(app, 'late_batch')).map(({ subject }) => subject);
    bench.clock.forward(30 * HOUR);
    // Nobody worked: it is the tick's to notice that first.
    expect(await late()).not.toContain(id);
    await bench.rows.manager.update(BatchEntity, { id }, { deadlinePassedAt: new Date(bench.clock.now()) });
    bench.clock.forward(HOUR);
    expect(await late()).not.toContain(id);
    bench.clock.forward(2 * HOUR);
    const before = await bench.part(id);
    const part = { provider: 'gemini', state: 'running', remoteCounts: { total: 2, succeeded: 1, failed: 0 } } as const;
    await bench.rows.manager.update(PartEntity, { id: before.id }, part);
    expect(await late()).not.toContain(id);
    bench.clock.forward(24 * HOUR);
    expect(await late()).toContain(id);
    await bench.rows.manager.save(PartEntity, before);
    const finding = (await findings(app, 'late_batch')).find(({ subject }) => subject === id);
    expect([await finding?.repair?.(), (await bench.part(id)).stopReason]).toEqual([true, 'expired']);
  });

  it('tells of a blob that is gone', async () => {
    const app = await bench.start({ ...NEVER, ROLE: 'api' });
    const id = await bench.create(app, ['a']);
    const missing = async () => (await findings(app, 'missing_blob')).map(({ subject }) => subject);
    expect(await missing()).not.toContain(`batches/${id}/input.jsonl`);
    await app.get<BlobStore>(BlobStore).delete(`batches/${id}/input.jsonl`);
    expect(await missing()).toContain(`batches/${id}/input.jsonl`);
  });

  it('is one process’s turn at a time', async () => {
    const [one, other] = [await bench.start(NEVER), await bench.start(NEVER)];
    const take = (app: BenchApp) => app.get<TurnsStore>(TurnsStore).take('test', HOUR);
    const taken = async () =>
      (await Promise.all([take(one), take(other), take(one), take(other)])).filter(Boolean).length;
    expect([await taken(), await taken()]).toEqual([1, 0]);
    bench.clock.forward(HOUR);
    expect(await taken()).toBe(1);
  });
});

describe('blobs that may be another database’s', () => {
  it('are told of, and none is removed, until they are known to be ours', async () => {
    const bench = await ExecutionBench.open();
    try {
      const folder = join(bench.dataDir, 'blobs');
      const key = join(folder, 'batches', NO_BATCH, 'input.jsonl');
      await mkdir(dirname(key), { recursive: true });
      await writeFile(key, 'another’s');
      await utimes(key, 0, 0);
      const told = async (app: BenchApp) => {
        const check = app.get<Check[]>(CHECKS).find(({ kind }) => kind === 'orphan_blob');
        const found: boolean[] = [];
        for await (const { repair } of check!.find(new AbortController().signal)) found.push(repair !== undefined);
        return found;
      };
      const app = await bench.start(OFTEN);
      const warned = 'There are blobs that this database does not name: they may be another’s, and none is removed';
      await eventually('a pass tells of them', async () => (bench.log.count(warned) > 1 ? true : null));
      expect([await told(app), existsSync(join(folder, 'installation'))]).toEqual([[false], false]);
      await writeFile(join(folder, 'installation'), 'installation_01JAAAAAAAAAAAAAAAAAAAAAAA');
      expect(await told(app)).toEqual([false]);
      expect(await readFile(key, 'utf8')).toBe('another’s');
    } finally {
      await bench.dispose();
    }
  });
});
