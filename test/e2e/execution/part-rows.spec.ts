import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { OwnerEntity } from '../../../src/auth/owner.entity';
import { BatchEntity } from '../../../src/batches/batch.entity';
import { BatchesStore } from '../../../src/batches/batches.store';
import { deriveStatus } from '../../../src/batches/derive-status';
import { PartEntity } from '../../../src/batches/part.entity';
import { PartKinds } from '../../../src/batches/part-kinds';
import { PART_STATES } from '../../../src/batches/part-state';
import { StoredFileEntity } from '../../../src/files/stored-file.entity';
import { Database } from '../../../src/persistence/database';
import { placementOn } from '../../../src/persistence/placement';
import { openRows } from '../../support/postgres/open-rows';
import { serverDatabase, type TestDatabase } from '../../support/postgres/test-databases';

const NOW = new Date(0);

/** Rows of parts, written as they stand: what is asked of them is asked of the database. */
describe('the rows of a batch’s parts', () => {
  let database: TestDatabase;
  let rows: DataSource;
  let kinds: PartKinds;
  let batches: BatchesStore;

  beforeAll(async () => {
    database = await serverDatabase();
    rows = await openRows(database);
    const facts = { placement: placementOn(rows), embedded: false, canListen: false };
    const own = new Database(rows, facts);
    kinds = new PartKinds(own);
    batches = new BatchesStore(own);
    const [owners, table] = [own.tableOf(OwnerEntity), own.tableOf(BatchEntity)];
    await rows.query(`INSERT INTO ${owners} (id, created_at) VALUES ('o', now())`);
    await rows.query(`INSERT INTO ${table} (id, owner_id, status, endpoint, model, provider, upstream_model, completion_window,
      input_file_id, total, created_at, expires_at) VALUES ('b', 'o', 'validating', '', '', 'p', 'm', '24h', 'f', 9, now(), now())`);
  });
  afterAll(async () => {
    await rows.destroy();
    await database.close();
  });

  const part = fc.record({
    state: fc.constantFrom(...PART_STATES),
    remoteId: fc.constantFrom('r', null),
    remoteState: fc.constantFrom('in_progress' as const, 'finalizing' as const, 'expired' as const, null),
    remoteCounts: fc.constantFrom({ total: 9, succeeded: 4, failed: 2 }, null),
    failedWhole: fc.boolean(),
    succeeded: fc.nat(2),
    failed: fc.nat(2),
    notRun: fc.nat(2),
  });

  it('tell the status as few kinds that they tell one by one', async () => {
    const batch = fc.record({
      status: fc.constantFrom('validating' as const, 'in_progress' as const, 'finalizing' as const),
      cancellingAt: fc.constantFrom(NOW, null),
      deadlinePassedAt: fc.constantFrom(NOW, null),
    });
    await fc.assert(
      fc.asyncProperty(batch, fc.array(part, { minLength: 1, maxLength: 6 }), async (facts, parts) => {
        await store(parts);
        const found = await kinds.of('b', rows.manager);
        expect(deriveStatus(facts, found)).toBe(deriveStatus(facts, parts));
      }),
      { seed: 20305, numRuns: 150 },
    );
  });

  it('are a handful of kinds where there are a thousand of them', async () => {
    const running = { state: 'running' as const, remoteId: 'r', remoteState: 'in_progress' as const };
    await store(Array.from({ length: 1000 }, (_, at) => ({ ...running, remoteId: `r${at}`, succeeded: 0 })));
    expect(await kinds.of('b', rows.manager)).toHaveLength(1);
  });

  it('are stored however many there are', async () => {
    const own = { state: 'queued' as const, provider: 'p', firstItem: 0, itemCount: 1, inputOffset: 0, inputBytes: 1 };
    const parts = Array.from({ length: 6001 }, (_, ordinal) =>
      Object.assign(new PartEntity(), own, { id: `many-${ordinal}`, batchId: 'many', ordinal, dueAt: NOW }),
    );
    const batch = Object.assign(await rows.manager.findOneByOrFail(BatchEntity, { id: 'b' }), { id: 'many' });
    const file = { id: 'f', ownerId: 'o', batchId: 'many', filename: '', bytes: 1, segments: [], createdAt: NOW };
    const inputFile = Object.assign(new StoredFileEntity(), file, { purpose: 'batch' as const });
    await batches.insert({ batch, parts, inputFile }, rows.manager);
    expect(await rows.manager.countBy(PartEntity, { batchId: 'many' })).toBe(6001);
  });

  async function store(parts: readonly Partial<PartEntity>[]): Promise<void> {
    const own = { batchId: 'b', provider: 'p', firstItem: 0, itemCount: 9, inputOffset: 0, inputBytes: 0, dueAt: NOW };
    await rows.manager.deleteAll(PartEntity);
    await rows.manager.insert(
      PartEntity,
      parts.map((each, ordinal) => ({ id: `part-${ordinal}`, ordinal, ...own, ...each })),
    );
  }
});
