import type { DataSource } from 'typeorm';
import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema';
import { ExcludedItems1764100000000 } from './migrations/1764100000000-excluded-items';
import { BulkPolls1764200000000 } from './migrations/1764200000000-bulk-polls';
import { PartWaits1764230000000 } from './migrations/1764230000000-part-waits';
import { Reconciliation1764300000000 } from './migrations/1764300000000-reconciliation';
import { ProviderPauses1764310000000 } from './migrations/1764310000000-provider-pauses';
import { FilesByOwner1764410000000 } from './migrations/1764410000000-files-by-owner';
import { IdempotencyKeys1764500000000 } from './migrations/1764500000000-idempotency-keys';
import { UploadedFiles1764510000000 } from './migrations/1764510000000-uploaded-files';
import { Retries1764530000000 } from './migrations/1764530000000-retries';
import { Webhooks1764550000000 } from './migrations/1764550000000-webhooks';
import { Retention1764560000000 } from './migrations/1764560000000-retention';
import { ErasedOnce1764580000000 } from './migrations/1764580000000-erased-once';
import { StepsByState1764590000000 } from './migrations/1764590000000-steps-by-state';
import type { Placement } from './placement';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  InitialSchema1764000000000,
  ExcludedItems1764100000000,
  BulkPolls1764200000000,
  PartWaits1764230000000,
  Reconciliation1764300000000,
  ProviderPauses1764310000000,
  FilesByOwner1764410000000,
  IdempotencyKeys1764500000000,
  UploadedFiles1764510000000,
  Retries1764530000000,
  Webhooks1764550000000,
  Retention1764560000000,
  ErasedOnce1764580000000,
  StepsByState1764590000000,
];

/** Where TypeORM notes which of them have run: a table of our own, so that a host's migrations keep theirs. */
export function migrationsTable({ tablePrefix }: Placement): string {
  return `${tablePrefix}migrations`;
}

/** Throws when the tables are missing or older than this version; changes nothing. */
export async function assertMigrated(dataSource: DataSource, placement: Placement): Promise<void> {
  const table = `${placement.schema === undefined ? '' : `"${placement.schema}".`}"${migrationsTable(placement)}"`;
  const [found] = await dataSource.query<{ exists: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS exists', [
    table,
  ]);
  const rows = found?.exists ? await dataSource.query<{ name: string }[]>(`SELECT name FROM ${table}`) : [];
  const done = new Set(rows.map((row) => row.name));
  if (MIGRATIONS.every((migration) => done.has(migration.name))) return;
  throw new Error(
    'The tables of Meshbatch are missing or older than this version: run migrate(dataSource) from the package meshbatch, ' +
      'or npm run migrate of the service, before the application starts',
  );
}
