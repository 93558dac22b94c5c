import type { DataSource } from 'typeorm';
import { storeRunning } from '../../../test/support/execution/running-jobs';
import { openRows } from '../../../test/support/postgres/open-rows';
import { testDatabase } from '../../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../../test/support/postgres/test-databases';
import { BatchEntity } from '../batch.entity';
import type { BatchStatus } from '../batch-status';
import { BatchesStore } from '../batches.store';
import { FamilyStore, type Family } from './family.store';
import { FamilyActiveError, FamilyGrewError } from './retry.errors';

describe('FamilyStore', () => {
  const [ROOT, FIRST, SECOND, THIRD] = ['family-0', 'family-1', 'family-2', 'family-3'];
  let opened: TestDatabase;
  let rows: DataSource;
  let store: FamilyStore;

  beforeAll(async () => {
    opened = await serverDatabase();
    rows = await openRows(opened);
    const database = testDatabase(rows);
    store = new FamilyStore(database, new BatchesStore(database));
  });
  beforeEach(async () => {
    await rows.manager.createQueryBuilder().delete().from(BatchEntity).execute();
    await storeRunning(rows, { provider: 'family', batches: 4, dueAt: new Date(0) });
    await rows.manager.createQueryBuilder().update(BatchEntity).set({ status: 'completed' }).execute();
    await retryOf(ROOT, FIRST, 1);
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const retryOf = (root: string, id: string, retryOrdinal: number, status: BatchStatus = 'completed') =>
    rows.manager.update(BatchEntity, { id }, { rootId: root, retryOrdinal, status });
  const remove = (id: string) => rows.manager.delete(BatchEntity, { id });
  const lock = (family: Family) => rows.transaction((tx) => store.lockUnchanged(family, tx));
  const familyOf = (id: string, rootId: string | null = null) => store.of({ id, rootId });

  it('sees what came in since the family was read, also under the number of one that is gone', async () => {
    const read = await familyOf(ROOT);
    await lock(read);
    await remove(FIRST);
    await lock(read);
    await retryOf(ROOT, SECOND, 1, 'in_progress');
    await expect(lock(read)).rejects.toThrow(new FamilyActiveError(SECOND));
    await retryOf(ROOT, SECOND, 1);
    await expect(lock(read)).rejects.toThrow(new FamilyGrewError(SECOND));
    await lock(await familyOf(ROOT));
    await retryOf(ROOT, THIRD, 2, 'in_progress');
    await expect(lock(read)).rejects.toThrow(new FamilyActiveError(THIRD));
  });
});
