import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { storeRunning } from '../../test/support/execution/running-jobs';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { BacklogStore } from './backlog.store';
import { BatchEntity } from './batch.entity';
import { PartEntity } from './part.entity';

/** Due times are a minute apart from each other, so that those the test itself takes do not matter. */
const MINUTE = 60_000;

describe('BacklogStore', () => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let store: BacklogStore;

  beforeAll(async () => {
    opened = await serverDatabase();
    rows = await openRows(opened);
    store = new BacklogStore(testDatabase(rows), clock);
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const minutes = async () => {
    const { parts, batches } = await store.read();
    const told = parts.map(({ provider, state, count, dueMs }) => [provider, state, count, Math.floor(dueMs / MINUTE)]);
    return { parts: told.sort(), batches: [...batches].sort((a, b) => (a.status < b.status ? -1 : 1)) };
  };
  const set = (id: string, patch: Partial<PartEntity>) => rows.manager.update(PartEntity, { id }, patch);
  const ago = (count: number) => new Date(clock.now() - count * MINUTE);

  it('counts what has not ended, and how long it has been due', async () => {
    expect(await minutes()).toEqual({ parts: [], batches: [] });
    await storeRunning(rows, { provider: 'acme', batches: 2, parts: 3, dueAt: ago(-1) });
    await storeRunning(rows, { provider: 'beta', batches: 1, dueAt: ago(2) });
    await set('acme-0.0', { state: 'queued', dueAt: ago(3) });
    await set('acme-0.1', { state: 'queued', dueAt: ago(9), leaseExpiresAt: ago(-1) });
    await set('acme-0.2', { state: 'ended', dueAt: ago(20) });
    await set('acme-1.0', { state: 'needs_operator', dueAt: ago(20) });
    await set('acme-1.1', { dueAt: ago(5), leaseExpiresAt: ago(1) });
    await set('acme-1.2', { dueAt: ago(8), leaseExpiresAt: ago(-1) });
    await rows.manager.update(BatchEntity, { id: 'acme-1' }, { status: 'cancelling' });
    expect(await minutes()).toEqual({
      parts: [
        ['acme', 'needs_operator', 1, 0],
        ['acme', 'queued', 2, 3],
        ['acme', 'running', 2, 5],
        ['beta', 'running', 1, 2],
      ],
      batches: [
        { status: 'cancelling', count: 1 },
        { status: 'in_progress', count: 2 },
      ],
    });
    await set('acme-1.0', { stopReason: 'cancelled' });
    await rows.manager.update(BatchEntity, { id: 'beta-0' }, { status: 'completed' });
    const { parts, batches } = await minutes();
    expect(parts[0]).toEqual(['acme', 'needs_operator', 1, 20]);
    expect(batches).toContainEqual({ status: 'in_progress', count: 1 });
  });

  it('walks along the indexes, not through what has ended', async () => {
    await rows.query('SET enable_seqscan = off');
    const statement = jest.spyOn(rows.manager, 'query');
    await store.read();
    const [sql, parameters] = statement.mock.calls[0]!;
    statement.mockRestore();
    const plan = await rows.query<Record<string, string>[]>(`EXPLAIN ${sql}`, parameters as unknown[]);
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    for (const index of ['parts_polls', 'parts_steps']) expect(text).toContain(index);
    // Both are of the batches that have not ended.
    expect(text).toMatch(/batches_(active|by_input)/);
    expect(text).not.toContain('Seq Scan');
  });
});
