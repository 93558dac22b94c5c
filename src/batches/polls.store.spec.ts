import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { storeRunning } from '../../test/support/execution/running-jobs';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { BatchEntity } from './batch.entity';
import { BatchesStore } from './batches.store';
import { PartEntity } from './part.entity';
import { LEASE_MS, PartsStore } from './parts.store';
import { PollsStore, type ClaimedPoll, type QuietPoll } from './polls.store';

const NOBODY = new Map<string, number>();
const LATER_MS = 30_000;

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('PollsStore on %s', (_, make: () => Promise<TestDatabase>) => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let store: PollsStore;
  let batches: BatchesStore;

  beforeAll(async () => {
    opened = await make();
    rows = await openRows(opened);
    const database = testDatabase(rows);
    store = new PollsStore(database, new PartsStore(database, clock, new Ids(clock, new SystemRandom())), clock);
    batches = new BatchesStore(database);
  });
  beforeEach(() => rows.manager.createQueryBuilder().delete().from(BatchEntity).execute());
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const now = () => new Date(clock.now());
  const later = () => new Date(clock.now() + LATER_MS);
  const part = (id: string) => rows.manager.findOneByOrFail(PartEntity, { id });
  const batch = (id: string) => rows.manager.findOneByOrFail(BatchEntity, { id });
  const running = (provider: string, count: number, parts = 1) =>
    storeRunning(rows, { provider, batches: count, parts, dueAt: now() });
  const counted = (claimed: ClaimedPoll, succeeded: number, failed = 0): QuietPoll => ({
    claimed,
    counts: { total: 10, succeeded, failed },
    dueAt: later(),
  });
  const claimOne = async (): Promise<ClaimedPoll> => {
    const [claimed] = await store.claim(1, NOBODY);
    if (!claimed) throw new Error('Nothing was due');
    return claimed;
  };

  it('claims what is due and free of each provider, up to its room, and nothing twice', async () => {
    await running('acme', 5);
    await running('beta', 3);
    await rows.manager.update(PartEntity, { id: 'beta-0.0' }, { dueAt: later() });
    await rows.manager.update(PartEntity, { id: 'beta-1.0' }, { state: 'collecting' });
    const first = await store.claim(4, new Map([['acme', 2]]));
    expect(first.map(({ provider }) => provider).sort()).toEqual(['acme', 'acme', 'beta']);
    expect(await store.claim(4, new Map([['acme', 4]]))).toEqual([]);
    const second = await store.claim(4, NOBODY);
    expect(second.map(({ provider }) => provider)).toEqual(['acme', 'acme', 'acme']);
    expect(new Set([...first, ...second].map(({ lease }) => lease.partId)).size).toBe(6);
    expect(first.find(({ provider }) => provider === 'beta')).toEqual({
      lease: { partId: 'beta-2.0', fence: 1 },
      batchId: 'beta-2',
      provider: 'beta',
      remoteId: 'beta-2.0',
      remoteState: 'in_progress',
      remoteCounts: { total: 10, succeeded: 0, failed: 0 },
      stopReason: null,
    });
  });

  it('writes the next time, gives the lease back and forgets failures', async () => {
    await running('acme', 2);
    await rows.manager.update(PartEntity, { id: 'acme-0.0' }, { failures: 3 });
    const polls = (await store.claim(5, NOBODY)).map((claimed) => counted(claimed, 0));
    await store.write(polls);
    for (const { claimed, dueAt } of polls) {
      const expected = { dueAt, failures: 0, leaseHolder: null, leaseExpiresAt: null, state: 'running' };
      expect(await part(claimed.lease.partId)).toMatchObject(expected);
    }
    expect(await store.claim(5, NOBODY)).toEqual([]);
  });

  it('writes nothing of a part whose lease was lost, and all of the others', async () => {
    await running('acme', 2);
    const late = await claimOne();
    clock.forward(LEASE_MS + 1);
    const [taken, other] = (await store.claim(5, NOBODY)).sort(({ lease: { partId } }) =>
      partId === late.lease.partId ? -1 : 1,
    );
    expect(taken?.lease).toEqual({ partId: late.lease.partId, fence: late.lease.fence + 1 });
    const before = [await part(late.lease.partId), await batch(late.batchId)];
    await store.write([counted(late, 7), counted(other!, 4)]);
    await store.renew([late.lease]);
    await store.release([late.lease]);
    expect([await part(late.lease.partId), await batch(late.batchId)]).toEqual(before);
    expect(await batch(other!.batchId)).toMatchObject({ completed: 4 });
  });

  it('holds a lease that is renewed, and frees one that is given back as it was', async () => {
    await running('acme', 1);
    const { lease } = await claimOne();
    const { dueAt } = await part(lease.partId);
    clock.forward(LEASE_MS - 1000);
    await store.renew([lease]);
    clock.forward(LEASE_MS - 1000);
    expect(await store.claim(1, NOBODY)).toEqual([]);
    await store.release([lease]);
    expect(await part(lease.partId)).toMatchObject({ dueAt, leaseHolder: null, leaseExpiresAt: null });
    expect((await claimOne()).lease).toEqual({ ...lease, fence: lease.fence + 1 });
  });

  it('leaves a part that was told to stop meanwhile at the time that woke it', async () => {
    await running('acme', 1);
    const claimed = await claimOne();
    clock.forward(100);
    const stoppedAt = now();
    await rows.transaction((tx) => batches.stopParts(claimed.batchId, 'cancelled', stoppedAt, tx));
    await store.write([counted(claimed, 3)]);
    expect(await part(claimed.lease.partId)).toMatchObject({ dueAt: stoppedAt, leaseExpiresAt: null });
    expect(await claimOne()).toMatchObject({ stopReason: 'cancelled', remoteCounts: { succeeded: 3 } });
  });

  it('adds up the counts of all parts, never lets them fall and keeps them within the total', async () => {
    await running('acme', 1, 3);
    await rows.manager.update(PartEntity, { id: 'acme-0.2' }, { state: 'ended', succeeded: 6, failed: 4 });
    const tell = async (...told: [number, number][]) => {
      clock.forward(LATER_MS);
      const claimed = (await store.claim(5, NOBODY)).sort((a, b) => (a.lease.partId < b.lease.partId ? -1 : 1));
      await store.write(claimed.map((poll, index) => counted(poll, ...told[index]!)));
      const { completed, failed } = await batch('acme-0');
      return [completed, failed];
    };
    expect(await tell([2, 1], [3, 0])).toEqual([11, 5]);
    expect(await tell([1, 0], [3, 0])).toEqual([11, 5]);
    expect(await tell([9, 1], [1e12, 9])).toEqual([30, 0]);
  });

  it('takes counts that a provider tells no more', async () => {
    await running('acme', 1);
    await store.write([counted(await claimOne(), 4)]);
    clock.forward(LATER_MS);
    await store.write([{ claimed: await claimOne(), counts: null, dueAt: later() }]);
    expect([await part('acme-0.0'), await batch('acme-0')]).toMatchObject([{ remoteCounts: null }, { completed: 4 }]);
  });
});
