import { DataSource } from 'typeorm';
import type { PostgresOptions } from '../persistence/placement';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** The DataSource of the server that `DATABASE_URL` names, not yet open; none of our entities are on it, as on a host's. */
export function serverDataSource(url: string): DataSource {
  const options: PostgresOptions = {
    type: 'postgres',
    url,
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
  };
  return new DataSource(options);
}
