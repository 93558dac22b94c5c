import type { DataSource } from 'typeorm';
import { storeRunning } from '../../../test/support/execution/running-jobs';
import { openRows } from '../../../test/support/postgres/open-rows';
import { testDatabase } from '../../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../../test/support/postgres/test-databases';
import { BlobNotFoundError } from '../../blobs/blob-store';
import { NotFoundError } from '../../http/meshbatch-error';
import { UnknownCommitError } from '../../persistence/database';
import { BatchEntity } from '../batch.entity';
import type { BatchStatus } from '../batch-status';
import { BatchesStore } from '../batches.store';
import { FamilyStore, type Family } from './family.store';
import { FamilyActiveError, FamilyGrewError, InputDeletedError } from './retry.errors';

describe('FamilyStore', () => {
  const [ROOT, FIRST, SECOND, THIRD] = ['family-0', 'family-1', 'family-2', 'family-3'];
  let opened: TestDatabase;
  let rows: DataSource;
  let batches: BatchesStore;
  let store: FamilyStore;

  beforeAll(async () => {
    opened = await serverDatabase();
    rows = await openRows(opened);
    const database = testDatabase(rows);
    batches = new BatchesStore(database);
    store = new FamilyStore(database, batches);
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
  const idsOf = (family: Family) => family.map(({ batch }) => batch.id);
  /** Deletes a batch when its row was read and its parts are next. */
  function removeBeforeParts(id: string): void {
    const listParts = batches.listParts.bind(batches);
    const spied = jest.spyOn(batches, 'listParts').mockImplementation(async (batchId, manager) => {
      if (batchId === id) await remove(id).finally(() => spied.mockRestore());
      return listParts(batchId, manager);
    });
  }

  it('is of whichever batch is named, and without those that were deleted while it was read', async () => {
    await retryOf(ROOT, SECOND, 2);
    for (const id of [FIRST, SECOND]) expect(idsOf(await familyOf(id, ROOT))).toEqual([ROOT, FIRST, SECOND]);
    removeBeforeParts(FIRST);
    expect(idsOf(await familyOf(SECOND, ROOT))).toEqual([ROOT, SECOND]);
    await expect(familyOf(FIRST, ROOT)).rejects.toThrow(NotFoundError);
    removeBeforeParts(SECOND);
    await expect(familyOf(SECOND, ROOT)).rejects.toThrow(NotFoundError);
    removeBeforeParts(ROOT);
    await expect(familyOf(ROOT)).rejects.toThrow(NotFoundError);
  });

  it('is a retry alone once its first batch was deleted, also since the retry was read', async () => {
    removeBeforeParts(ROOT);
    expect(idsOf(await familyOf(FIRST, ROOT))).toEqual([FIRST]);
    expect(idsOf(await familyOf(FIRST, ROOT))).toEqual([FIRST]);
  });

  it('is used again without what was deleted meanwhile, but not for an error of another kind or a loss without a deletion', async () => {
    await retryOf(ROOT, SECOND, 2);
    const seen: string[][] = [];
    const use = (id: string, deleted: string, error: Error) =>
      store.use({ id, rootId: id === ROOT ? null : ROOT }, async (family) => {
        seen.push(idsOf(family));
        if (!idsOf(family).includes(deleted)) return 'done';
        await remove(deleted);
        throw error;
      });
    expect(await use(SECOND, FIRST, new BlobNotFoundError('x'))).toBe('done');
    expect(seen.splice(0)).toEqual([
      [ROOT, FIRST, SECOND],
      [ROOT, SECOND],
    ]);
    expect(await use(SECOND, ROOT, new InputDeletedError(ROOT))).toBe('done');
    expect(seen.splice(0)).toEqual([[ROOT, SECOND], [SECOND]]);
    await expect(use(SECOND, SECOND, new BlobNotFoundError('x'))).rejects.toThrow(NotFoundError);
    await retryOf(THIRD, SECOND, 1);
    const [lost, other] = [new BlobNotFoundError('lost'), new UnknownCommitError({})];
    const throwing = (error: Error) => store.use({ id: THIRD, rootId: null }, () => Promise.reject(error));
    await expect(throwing(lost)).rejects.toBe(lost);
    await expect(throwing(other)).rejects.toBe(other);
  });

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
