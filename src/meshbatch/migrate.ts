import type { DataSource } from 'typeorm';
import { PART_QUEUES } from '../batches/part-jobs';
import { EmbeddedDatabase, type EmbeddedDatabaseOptions } from '../persistence/embedded/embedded-database';
import { openDataSource } from '../persistence/embedded/open-data-source';
import { MIGRATIONS, migrationsTable } from '../persistence/migrations';
import { ownDataSource, poolOf } from '../persistence/own-data-source';
import { placementOn, type Placement, type PlacementOptions } from '../persistence/placement';
import { driverOfOne, type PoolDriver } from '../persistence/shared-pool';
import { migrateQueue } from '../queue/migrate-queue';

/** Any number that nothing else locks. */
const MIGRATION_LOCK = 7_221_002;

/**
 * Brings the tables and the job queue up to this version, on one connection of an initialised Postgres DataSource, whose own
 * migrations are left alone. Processes that start at once follow one another. Run it before the application starts, with
 * the same placement as the module has.
 */
export async function migrate(dataSource: DataSource, where: PlacementOptions = {}): Promise<void> {
  const placement = placementOn(dataSource, where);
  const client = await poolOf(dataSource).connect();
  let failed = true;
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrateOn(driverOfOne(client), placement);
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    failed = false;
  } finally {
    // A connection that failed half-way may hold the lock or an open transaction: it is closed, not given back.
    client.release(failed);
  }
}

async function migrateOn(driver: PoolDriver, placement: Placement): Promise<void> {
  const dataSource = await ownDataSource(driver, placement, {
    migrations: MIGRATIONS,
    migrationsTableName: migrationsTable(placement),
  });
  try {
    await dataSource.runMigrations({ transaction: 'each' });
    await migrateQueue(dataSource, placement.jobsSchema, Object.values(PART_QUEUES));
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Opens the embedded database of a folder, creating it on first use, and brings it up to this version. For the option
 * `persistence.embedded`. Throws `DataFolderInUseError` when another process has the folder.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const database = await EmbeddedDatabase.start(options);
  await database.ready(openDataSource);
  try {
    await migrate(database.dataSource);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
