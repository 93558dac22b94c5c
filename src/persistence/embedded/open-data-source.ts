import { DataSource } from 'typeorm';
import type { PostgresOptions } from '../placement';

/** Opens a DataSource on the embedded database. A file of its own, so that the engine can start before TypeORM is loaded. */
export function openDataSource(options: PostgresOptions): Promise<DataSource> {
  return new DataSource(options).initialize();
}
