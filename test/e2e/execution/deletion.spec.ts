import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ErasureEntity } from '../../../src/batches/erasure.entity';
import { IdempotencyKeyEntity } from '../../../src/batches/idempotency-key.entity';
import { LeftoverEntity } from '../../../src/batches/leftover.entity';
import { BlobStore } from '../../../src/blobs/blob-store';
import { Doctor } from '../../../src/execution/reconcile/doctor';
import { TurnEntity } from '../../../src/execution/reconcile/turn.entity';
import { Metrics } from '../../../src/metrics/metrics';
import { samplesOf } from '../../support/metric-samples';
import { chatItems, type BatchBody, type ErrorBody } from '../../support/service/api-client';
import { eventually, ExecutionBench, type BenchApp } from '../../support/execution/execution-bench';
import { HOUR, MINUTE } from '../../support/execution/movable-clock';
import { inFullTier } from '../../support/full-tier-case';

const DAY = 24 * HOUR;
/**
 * Nothing here is about a provider that is slow: the machine may be. Nor about blobs without a row: while the clock is ahead of the one that
 * files are dated by, one that was written just now would look as old as that, and be swept before its row is there.
 */
const OFTEN = {
  UPSTREAM_TIMEOUT_MS: '20000',
  RECONCILE_INTERVAL_MS: '50',
  BLOB_GRACE_MS: String(400 * DAY),
};

/** No pass for longer than a test puts the clock forward. */
const NEVER = { ...OFTEN, RECONCILE_INTERVAL_MS: String(400 * DAY) };

/** What was erased is again a minute later, for what came late. */
const erasedOnce = ({ rows }: ExecutionBench) =>
  eventually('it was erased', async () =>
    (await rows.manager.countBy(ErasureEntity, { erased: true })) > 0 ? true : null,
  );

async function findings(app: BenchApp): Promise<string[]> {
  return (await app.get(Doctor).examine()).flatMap(({ check, found }) => (found > 0 ? [check] : []));
}

describe('what is left of deleted batches', () => {
  let bench: ExecutionBench;
  beforeAll(async () => (bench = await ExecutionBench.open({ stateMs: 2 })));
  afterEach(async () => {
    jest.restoreAllMocks();
    bench.simulator.faults.clear();
    bench.simulator.release();
    await bench.closeApps();
  });
  afterAll(() => bench.dispose());

  const folderOf = (id: string) => join(bench.dataDir, 'blobs', 'batches', id);
  const count = (entity: typeof ErasureEntity | typeof LeftoverEntity) => bench.rows.manager.count(entity);
  const erased = () =>
    eventually('all is erased', async () =>
      (await count(ErasureEntity)) === 0 && (await count(LeftoverEntity)) === 0 ? true : null,
    );
  async function remove(app: BenchApp, id: string): Promise<void> {
    expect((await app.api.send('DELETE', `/v1/batches/${id}`)).status).toBe(200);
  }
  /** Does something before a blob of a batch is first read. Others read in the background, and are left alone. */
  function atFirstRead(app: BenchApp, id: string, then: () => Promise<void>): jest.SpyInstance {
    const store = app.get<BlobStore>(BlobStore);
    const read = store.read.bind(store);
    let isFirst = true;
    return jest.spyOn(store, 'read').mockImplementation(async (key, ...rest) => {
      if (isFirst && key.includes(id)) {
        isFirst = false;
        await then();
      }
      return read(key, ...rest);
    });
  }
  inFullTier('is removed from a provider that fails deletes for a while', async () => {
    const app = await bench.start(OFTEN);
    bench.simulator.faults.add({ route: 'deleteFile', kind: { status: 500 }, times: 2 });
    const { id } = await app.api.waitFor(await bench.create(app, ['a']));
    await eventually('it is noted', async () => ((await count(LeftoverEntity)) === 1 ? true : null));
    await remove(app, id);
    await erasedOnce(bench);
    expect([await count(LeftoverEntity), bench.simulator.files.length]).toEqual([1, 2]);
    bench.clock.forward(11 * MINUTE);
    await erased();
    expect(bench.simulator.files).toEqual([]);
  });

  it('is a job that its provider never ended, which is told to stop and removed once it has', async () => {
    const app = await bench.start(OFTEN);
    bench.simulator.hold('in_progress', 1);
    const id = await bench.create(app, ['a', 'b']);
    await bench.partWhen(id, 'runs', (part) => part.remoteState === 'in_progress');
    bench.simulator.hold('cancelling');
    await bench.passDrain(id);
    await app.api.waitFor(id, ['expired']);
    expect(await count(LeftoverEntity)).toBe(0);
    await remove(app, id);
    await erasedOnce(bench);
    expect(await bench.rows.manager.find(LeftoverEntity)).toMatchObject([{ ended: false }]);
    bench.simulator.release();
    await bench.simulator.waitForBatch((batch) => batch.status === 'cancelled' && batch.output_file_id !== null);
    expect(bench.simulator.files.length).toBeGreaterThan(1);
    bench.clock.forward(11 * MINUTE);
    await erased();
    expect(bench.simulator.files).toEqual([]);
  });

  it('is also what a killed process left of a write, and what a worker wrote after all had been erased', async () => {
    const app = await bench.start(OFTEN);
    const { id } = await app.api.waitFor(await bench.create(app, ['a']));
    const results = `batches~${id}~parts~0~results-1.jsonl`;
    const left = [`.writing-file_1~${results}`, `.writing-file_2~batches~batch_other~input.jsonl`];
    const paths = left.map((name) => join(bench.dataDir, 'blobs', name));
    for (const path of paths) await writeFile(path, 'a secret answer');
    await remove(app, id);
    expect(paths.map((path) => existsSync(path))).toEqual([false, true]);
    await erasedOnce(bench);
    await app.get<BlobStore>(BlobStore).write(`batches/${id}/late.jsonl`, Readable.from([Buffer.from('late')]));
    expect(await findings(app)).toEqual([]);
    bench.clock.forward(MINUTE);
    await erased();
    expect(existsSync(folderOf(id))).toBe(false);
  });

  it('is a 404 also for who had just found it', async () => {
    const app = await bench.start(OFTEN);
    for (const pathOf of [
      (batch: BatchBody) => `/v1/batches/${batch.id}/results`,
      (batch: BatchBody) => `/v1/batches/${batch.id}/results?limit=1`,
      (batch: BatchBody) => `/v1/batches/${batch.id}/results?merged=true`,
      (batch: BatchBody) => `/v1/files/${batch.input_file_id}/content`,
      (batch: BatchBody) => `/v1/files/${batch.output_file_id}/content`,
    ]) {
      const batch = await app.api.waitFor(await bench.create(app, ['a', 'b']));
      const isFirst = atFirstRead(app, batch.id, () => remove(app, batch.id));
      const answer = await app.api.send('GET', pathOf(batch));
      isFirst.mockRestore();
      expect([pathOf(batch), answer.status, answer.body.error.code]).toEqual([pathOf(batch), 404, 'not_found']);
    }
  });

  it('is a 404 in the Anthropic dialect too', async () => {
    const app = await bench.start(OFTEN);
    const params = { model: 'gpt-4o-mini', max_tokens: 9, messages: [{ role: 'user', content: 'a' }] };
    const body = JSON.stringify({ requests: [{ custom_id: 'a', params }] });
    const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
    const created = await app.api.send<{ id: string }>('POST', '/v1/messages/batches', body, headers);
    const { id } = await app.api.waitFor(created.body.id);
    atFirstRead(app, id, () => remove(app, id));
    const answer = await app.api.send('GET', `/v1/messages/batches/${id}/results`, undefined, headers);
    expect([answer.status, answer.body.error]).toEqual([404, expect.objectContaining({ type: 'not_found_error' })]);
  });

  it('is left out of its family, which is read and retried without it', async () => {
    const app = await bench.start(OFTEN);
    const retry = (id: string) => app.api.send<BatchBody & ErrorBody>('POST', `/v1/batches/${id}/retry`);
    const retried = async (id: string) => app.api.waitFor((await retry(id)).body.id);
    /** What is answered when a batch is deleted, and more is done, before it or another one is first read. */
    async function meanwhile<T>(read: string, deleted: string, ask: () => Promise<T>, more?: () => Promise<unknown>) {
      const spied = atFirstRead(app, read, async () => {
        await remove(app, deleted);
        await more?.();
      });
      return ask().finally(() => spied.mockRestore());
    }
    async function merged(id: string): Promise<(string | number | null)[]> {
      const answer = await app.api.send<unknown>('GET', `/v1/batches/${id}/results?merged=true`);
      const text = typeof answer.body === 'string' ? answer.body.trimEnd() : JSON.stringify(answer.body);
      const entries = text.split('\n').map((line) => JSON.parse(line) as { custom_id: string; id: string });
      return [answer.status, ...entries.map((entry) => `${entry.id.slice(10, 36)} ${entry.custom_id}`)];
    }
    const entry = (id: string, item: number) => `${id.slice(6)} item-${item}`;

    const root = await app.api.waitFor(await bench.create(app, ['a', '#status:500']));
    const first = await retried(root.id);
    expect(await meanwhile(first.id, first.id, () => merged(root.id))).toEqual([
      200,
      entry(root.id, 0),
      entry(root.id, 1),
    ]);

    const second = await retried(root.id);
    let other = '';
    const late = await meanwhile(
      root.id,
      second.id,
      () => retry(root.id),
      async () => (other = (await retry(root.id)).body.id),
    );
    expect([late.status, late.body.error]).toEqual([409, expect.objectContaining({ details: { batch_id: other } })]);
    await app.api.waitFor(other);

    expect((await meanwhile(root.id, root.id, () => retry(root.id))).status).toBe(404);
    const third = await retried(other);
    expect(await meanwhile(other, other, () => merged(third.id))).toEqual([200, entry(third.id, 1)]);
    const fourth = await retried(third.id);
    const alone = await meanwhile(third.id, third.id, () => retry(fourth.id));
    expect([alone.status, alone.body.retry_of]).toEqual([200, fourth.id]);
    await app.api.waitFor(alone.body.id);
  });

  it('is erased once the blob store answers again, and meanwhile no orphan, but stuck after some tries', async () => {
    const app = await bench.start(OFTEN);
    const { id } = await app.api.waitFor(await bench.create(app, ['a']));
    const failing = jest.spyOn(app.get<BlobStore>(BlobStore), 'delete').mockRejectedValue(new Error('It is away'));
    await remove(app, id);
    for (let tries = 1; tries <= 4; tries++) {
      await eventually('it was tried', async () => {
        const { tries: done } = await bench.rows.manager.findOneByOrFail(ErasureEntity, { batchId: id });
        return done === tries ? true : null;
      });
      bench.clock.forward(tries === 4 ? 2 * DAY : HOUR);
    }
    expect([await findings(app), existsSync(folderOf(id))]).toEqual([['stuck_erasure'], true]);
    failing.mockRestore();
    bench.clock.forward(2 * HOUR);
    await erasedOnce(bench);
    expect(await findings(app)).toEqual([]);
    bench.clock.forward(MINUTE);
    await erased();
    expect([await findings(app), existsSync(folderOf(id))]).toEqual([[], false]);
  });
});

describe('retention', () => {
  let bench: ExecutionBench;
  beforeAll(async () => (bench = await ExecutionBench.open({ stateMs: 2 })));
  afterEach(() => bench.closeApps());
  afterAll(() => bench.dispose());

  /** Uploads a file of one request; its id. */
  async function upload(app: BenchApp, fields: Readonly<Record<string, string>> = {}): Promise<string> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ purpose: 'batch', ...fields })) form.set(name, value);
    form.set(
      'file',
      new Blob([JSON.stringify({ ...chatItems(['#status:400'])[0], url: '/v1/chat/completions' })]),
      'b.jsonl',
    );
    const sent = new Response(form);
    const type = { 'content-type': sent.headers.get('content-type') ?? '' };
    const body = Buffer.from(await sent.arrayBuffer());
    return (await app.api.send<{ id: string }>('POST', '/v1/files', body, type)).body.id;
  }

  it('keeps batches for ever until it is set, then deletes those that ended so long ago, and no others', async () => {
    const first = await bench.start(OFTEN);
    const old = await first.api.waitFor(await bench.create(first, ['a', 'b']));
    bench.clock.forward(20 * DAY);
    const young = await first.api.waitFor(await bench.create(first, ['c']));
    bench.clock.forward(11 * DAY);
    const now = bench.clock.now();
    await eventually('a pass', async () => {
      const turn = await bench.rows.manager.findOneByOrFail(TurnEntity, { name: 'retention' });
      return turn.takenAt.getTime() > now + 100 ? true : null;
    });
    expect((await first.api.get(old.id)).status).toBe('completed');
    await first.close();

    const [app, other] = [
      await bench.start({ ...OFTEN, RETENTION_DAYS: '30' }),
      await bench.start({ ...OFTEN, RETENTION_DAYS: '30' }),
    ];
    await eventually('it is deleted', async () => {
      const { status } = await app.api.send('GET', `/v1/batches/${old.id}`);
      return status === 404 ? true : null;
    });
    await erasedOnce(bench);
    expect(existsSync(join(bench.dataDir, 'blobs', 'batches', old.id))).toBe(false);
    expect((await app.api.get(young.id)).results).toHaveLength(1);
    const totals = { batches: 0, bytes: 0 };
    for (const each of [app, other]) {
      const samples = samplesOf(await each.get(Metrics).registry.metrics());
      totals.batches += samples.get('meshbatch_batches_deleted_total{by="retention"}') ?? 0;
      totals.bytes += samples.get('meshbatch_deleted_bytes_total{by="retention"}') ?? 0;
      // No fault: nothing of it is a finding.
      expect(await findings(each)).toEqual([]);
    }
    expect(totals).toEqual({ batches: 1, bytes: expect.any(Number) });
    expect(totals.bytes).toBeGreaterThan(100);
    const told = bench.log.lines.filter(({ fields }) => fields.event === 'batch_deleted').map(({ fields }) => fields);
    expect(told).toEqual([
      expect.objectContaining({ batch_id: old.id, by: 'retention', owner_id: expect.any(String) }),
    ]);
  });

  it('goes when the time is over that its own create names for its results, and no other batch but its retry does', async () => {
    const app = await bench.start(OFTEN);
    const kept = await app.api.waitFor(await bench.create(app, ['a']));
    const file = await upload(app);
    const expires = { anchor: 'created_at', seconds: 3600 };
    const created = await app.api.create({
      input_file_id: file,
      endpoint: '/v1/chat/completions',
      output_expires_after: expires,
    });
    const { id } = await app.api.waitFor(created.body.id);
    const { body: retry } = await app.api.send<BatchBody>('POST', `/v1/batches/${id}/retry`);
    await app.api.waitFor(retry.id);
    bench.clock.forward(61 * MINUTE);
    for (const each of [id, retry.id]) {
      await eventually('it is deleted', async () =>
        (await app.api.send('GET', `/v1/batches/${each}`)).status === 404 ? true : null,
      );
    }
    // What was uploaded is of no batch, and stays.
    expect((await app.api.send('GET', `/v1/files/${file}`)).status).toBe(200);
    expect((await app.api.get(kept.id)).status).toBe('completed');
  });

  it('removes expired uploads and keys that are no longer kept, which are no findings until then', async () => {
    const first = await bench.start(NEVER);
    const file = await upload(first, { 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' });
    const key = { ownerId: 'owner', key: 'key', holder: 'req', leaseExpiresAt: new Date(0), createdAt: new Date(0) };
    await bench.rows.manager.insert(IdempotencyKeyEntity, key);
    bench.clock.forward(2 * HOUR);
    expect((await first.api.send('GET', `/v1/files/${file}`)).status).toBe(200);
    // What a batch of another test has left upstream may be one.
    const found = (await first.get(Doctor).examine()).filter(
      ({ check, found }) => found > 0 && check !== 'upstream_leftover',
    );
    expect(found).toEqual([]);
    await first.close();
    const app = await bench.start(OFTEN);
    await eventually('the file is gone', async () =>
      (await app.api.send('GET', `/v1/files/${file}`)).status === 404 ? true : null,
    );
    await eventually('the key is gone', async () =>
      (await bench.rows.manager.count(IdempotencyKeyEntity)) === 0 ? true : null,
    );
  });

  inFullTier('leaves what has not ended', async () => {
    bench.simulator.hold('in_progress', 0);
    const app = await bench.start({ ...OFTEN, RETENTION_DAYS: '1', ROLE: 'api' });
    const id = await bench.create(app, ['a']);
    bench.clock.forward(40 * DAY);
    const worker = await bench.start({ ...OFTEN, RETENTION_DAYS: '1' });
    await worker.api.waitFor(id, ['expired']);
    bench.simulator.release();
    expect((await worker.api.get(id)).status).toBe('expired');
    bench.clock.forward(25 * HOUR);
    await eventually('it is deleted', async () =>
      (await worker.api.send('GET', `/v1/batches/${id}`)).status === 404 ? true : null,
    );
  });
});
