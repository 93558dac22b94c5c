import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresOptions } from '../persistence/placement';

const CONNECT_TIMEOUT_MS = 10_000;
/** Less than a lease holds. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** The DataSource of the server that `DATABASE_URL` names, not yet open; none of our entities are on it, as on a host's. */
export function serverDataSource(url: string, poolSize: number): DataSource {
  const options: PostgresOptions = {
    type: 'postgres',
    url,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    extra: { onConnect: endWhenIdle },
  };
  return new DataSource(options);
}

/**
 * A process that stands still in the middle of a transaction, or whose machine is gone, would hold its rows for ever, and nobody
 * could take over. As a statement, since poolers refuse what they do not know among the parameters of a connection.
 */
async function endWhenIdle(client: ClientBase): Promise<void> {
  await client.query(`SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`);
}
