import { DataSource } from 'typeorm';
import type { PostgresOptions } from '../placement';

/** A file of its own, so that the engine starts before TypeORM is loaded. */
export function openDataSource(options: PostgresOptions): Promise<DataSource> {
  return new DataSource(options).initialize();
}
