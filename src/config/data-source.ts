import { DataSource, type DataSourceOptions } from 'typeorm';
import { ApiKeyEntity } from '../auth/api-key.entity';
import { OwnerEntity } from '../auth/owner.entity';
import { BatchEntity } from '../batches/batch.entity';
import { PART_QUEUES } from '../batches/part-jobs';
import { PartEntity } from '../batches/part.entity';
import { StoredFileEntity } from '../files/stored-file.entity';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../persistence/migrations';
import { migrateQueue } from '../queue/migrate-queue';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** Every entity of ours; a host adds them to its own DataSource. */
export const ENTITIES = [OwnerEntity, ApiKeyEntity, BatchEntity, PartEntity, StoredFileEntity];

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** Our entities and migrations on a connection: that of the embedded database, or the address of a server. */
export function createDataSource(connection: string | PostgresOptions): DataSource {
  const options: PostgresOptions =
    typeof connection === 'string' ? { type: 'postgres', url: connection, poolSize: POOL_SIZE } : connection;
  return new DataSource({
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    ...options,
    installExtensions: false,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
  });
}

/** Throws when the database is older than this version; changes nothing. */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE}`).catch(() => []);
  const done = new Set(rows.map((row) => row.name));
  if (MIGRATIONS.every((migration) => done.has(migration.name))) return;
  throw new Error('The database is older than this version: start a worker first, or run npm run migrate');
}

/** Brings the database up to this version: tables, then the queue's own schema. */
export async function migrate(dataSource: DataSource): Promise<void> {
  await dataSource.runMigrations({ transaction: 'each' });
  await migrateQueue(dataSource, Object.values(PART_QUEUES));
}
