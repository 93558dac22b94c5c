import type { Server } from 'node:http';
import type { Pool } from 'pg';
import type { Metrics } from '../metrics/metrics';
import { givenDataSource, poolOf } from '../persistence/own-data-source';
import type { DatabaseOptions } from '../persistence/persistence.module-definition';

const POOL_GAUGES = {
  open: { name: 'meshbatch_database_connections', help: 'Connections to the database that are in use' },
  waiting: { name: 'meshbatch_database_waiting', help: 'Queries and transactions that wait for a connection' },
  limit: { name: 'meshbatch_database_connections_limit', help: 'Connections to the database that there may be' },
};
const HTTP_GAUGES = {
  open: { name: 'meshbatch_http_connections', help: 'Connections of clients' },
  limit: { name: 'meshbatch_http_connections_limit', help: 'Connections of clients that are taken at once' },
};

/** Tells at every scrape how the database's connections are used; a host measures its own pool. */
export function tellOfDatabase(metrics: Metrics, { embedded, dataSource }: DatabaseOptions): void {
  const pool: Pool = poolOf(givenDataSource(embedded?.dataSource ?? dataSource));
  metrics.readAtScrape('database', POOL_GAUGES, () => ({
    open: [{ value: pool.totalCount - pool.idleCount }],
    waiting: [{ value: pool.waitingCount }],
    limit: [{ value: pool.options.max }],
  }));
}

/** Tells at every scrape how many clients are connected, and counts those that were not let in. */
export function tellOfClients(metrics: Metrics, server: Server): void {
  const dropped = metrics.counter({
    name: 'meshbatch_http_connections_dropped_total',
    help: 'Connections that were closed at once since there were as many as there may be',
  });
  server.on('drop', () => dropped.inc());
  metrics.readAtScrape('http', HTTP_GAUGES, async () => ({
    open: [{ value: await connectionsOf(server) }],
    limit: [{ value: server.maxConnections }],
  }));
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
