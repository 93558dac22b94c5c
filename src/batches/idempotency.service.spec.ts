import type { DataSource } from 'typeorm';
import { HOUR, MovableClock } from '../../test/support/execution/movable-clock';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { UnknownCommitError, type Database } from '../persistence/database';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { Idempotency, type IdempotentWork } from './idempotency.service';
import { IdempotencyStore, KEPT_MS, KEY_LEASE_MS, type Claim } from './idempotency.store';

const OWNED = { ownerId: 'owner', key: 'key' };
const KEPT = { bodyHash: 'hash', batchId: 'batch', answer: '"answer"' };

/** Sleeps only until its time is put forward. */
class HeldClock extends MovableClock {
  private wake: () => void = () => undefined;

  override sleep(_: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      signal?.addEventListener('abort', () => resolve());
      if (signal?.aborted) resolve();
    });
  }

  override forward(ms: number): void {
    super.forward(ms);
    this.wake();
  }
}

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('Idempotency on %s', (_, make: () => Promise<TestDatabase>) => {
  const clock = new HeldClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let database: Database;
  let store: IdempotencyStore;
  let idempotency: Idempotency;

  beforeAll(async () => {
    opened = await make();
    rows = await openRows(opened);
    database = testDatabase(rows);
    store = new IdempotencyStore(database, clock, new Ids(clock, new SystemRandom()));
    idempotency = new Idempotency(store, clock);
  });
  beforeEach(() => rows.manager.createQueryBuilder().delete().from(IdempotencyKeyEntity).execute());
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const row = () => rows.manager.findOneBy(IdempotencyKeyEntity, OWNED);
  const complete = (claim: Claim) => database.transaction((tx) => idempotency.complete(claim, KEPT, tx));
  const work = (first: IdempotentWork<string>['first'], hash = KEPT.bodyHash): IdempotentWork<string> => ({
    first,
    again: async () => hash,
  });
  const completed = work(async (claim) => (await complete(claim), 'done'));
  const never = async () => Promise.reject(new Error('It was done twice'));

  it('does it once, and answers again for as long as it is kept', async () => {
    expect(await idempotency.run(OWNED, completed)).toEqual({ first: 'done' });
    expect(await idempotency.run(OWNED, work(never))).toEqual({ replayed: KEPT.answer });
    await expect(idempotency.run(OWNED, work(never, 'other'))).rejects.toMatchObject({ code: 'idempotency_conflict' });
    clock.forward(KEPT_MS - 1000);
    expect(await idempotency.run(OWNED, work(never))).toEqual({ replayed: KEPT.answer });
    clock.forward(1000);
    expect(await idempotency.run(OWNED, completed)).toEqual({ first: 'done' });
  });

  it('knows owners and keys apart', async () => {
    for (const owned of [OWNED, { ...OWNED, key: 'other' }, { ...OWNED, ownerId: 'other' }])
      expect(await idempotency.run(owned, completed)).toEqual({ first: 'done' });
  });

  it('lets one of many through and tells the others to come again', async () => {
    let calls = 0;
    const told = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        idempotency.run(
          OWNED,
          work(async (claim) => {
            calls += 1;
            await complete(claim);
            return 'done';
          }),
        ),
      ),
    );
    expect(calls).toBe(1);
    for (const one of told) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'idempotency_in_progress' });
    }
  });

  it('frees the key of what was refused', async () => {
    const refused = work(async () => Promise.reject(new Error('refused')));
    await expect(idempotency.run(OWNED, refused)).rejects.toThrow('refused');
    expect(await row()).toBeNull();
  });

  it('keeps the key where nobody knows whether it was done, until its lease lapses', async () => {
    const unknown = work(async () => Promise.reject(new UnknownCommitError({ cause: null })));
    await expect(idempotency.run(OWNED, unknown)).rejects.toThrow(UnknownCommitError);
    await expect(idempotency.run(OWNED, work(never))).rejects.toMatchObject({
      code: 'idempotency_in_progress',
      extras: { retry_after_seconds: 1 },
    });
    clock.forward(KEY_LEASE_MS);
    expect(await idempotency.run(OWNED, completed)).toEqual({ first: 'done' });
  });

  it('keeps an answer though something failed after its commit', async () => {
    const late = work(async (claim) => {
      await complete(claim);
      throw new Error('late');
    });
    await expect(idempotency.run(OWNED, late)).rejects.toThrow('late');
    expect(await idempotency.run(OWNED, work(never))).toEqual({ replayed: KEPT.answer });
  });

  it('renews the lease while the work runs', async () => {
    const slow = work(async (claim) => {
      const before = (await row())?.leaseExpiresAt.getTime() ?? Infinity;
      clock.forward(KEY_LEASE_MS / 2);
      while (((await row())?.leaseExpiresAt.getTime() ?? 0) <= before) await new Promise(setImmediate);
      clock.forward(KEY_LEASE_MS / 2);
      await expect(idempotency.run(OWNED, work(never))).rejects.toMatchObject({ code: 'idempotency_in_progress' });
      await complete(claim);
      return 'done';
    });
    expect(await idempotency.run(OWNED, slow)).toEqual({ first: 'done' });
  });

  it('lets whoever took over a lapsed lease do it, and nothing of the one before be stored', async () => {
    const before = (await store.claim(OWNED))!;
    clock.forward(KEY_LEASE_MS);
    expect(await idempotency.run(OWNED, completed)).toEqual({ first: 'done' });
    await expect(complete(before)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    expect(await store.renew(before)).toBe(false);
    await store.release(before);
    expect(await row()).toMatchObject(KEPT);
  });

  it('a takeover waits for a completion that is being committed, and then gets its answer', async () => {
    const before = (await store.claim(OWNED))!;
    clock.forward(KEY_LEASE_MS);
    let [noted, commit] = [() => {}, () => {}];
    const isNoted = new Promise<void>((resolve) => (noted = resolve));
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    const first = database.transaction(async (tx) => {
      await idempotency.complete(before, KEPT, tx);
      noted();
      await mayCommit;
    });
    await isNoted;
    const second = idempotency.run(OWNED, work(never));
    setImmediate(commit);
    await first;
    expect(await second).toEqual({ replayed: KEPT.answer });
  });

  it('forgets what was told of a batch, and nothing of a key that was taken for another since', async () => {
    const told = { ...KEPT, answer: '{"id":"batch","metadata":{"a":"secret"}}' };
    const claim = (await store.claim(OWNED))!;
    await database.transaction((tx) => idempotency.complete(claim, told, tx));
    const read = await rows.manager.findBy(IdempotencyKeyEntity, { batchId: KEPT.batchId });
    await database.transaction((tx) => store.forget(KEPT.batchId, tx));
    expect(await row()).toMatchObject({ batchId: 'batch', answer: '{"id":"batch","metadata":null}' });
    clock.forward(KEPT_MS);
    await store.claim(OWNED);
    jest.spyOn(rows.manager, 'findBy').mockResolvedValueOnce(read);
    await store.forget(KEPT.batchId, rows.manager);
    expect(await row()).toMatchObject({ batchId: null, answer: null });
  });

  it('sweeps what is no longer kept, and nothing else', async () => {
    await idempotency.run(OWNED, completed);
    await store.claim({ ...OWNED, key: 'abandoned' });
    clock.forward(KEPT_MS - HOUR);
    await idempotency.run({ ...OWNED, key: 'young' }, completed);
    clock.forward(HOUR + KEY_LEASE_MS);
    expect([await store.deleteOver(1), await store.deleteOver(10), await store.deleteOver(10)]).toEqual([1, 1, 0]);
    expect((await rows.manager.find(IdempotencyKeyEntity)).map(({ key }) => key)).toEqual(['young']);
  });
});
