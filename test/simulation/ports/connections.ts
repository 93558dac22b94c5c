import { DataSource } from 'typeorm';
import { SimulatedSocket, type SocketOptions } from './simulated-socket';

const CONNECTIONS = 5;

/** A DataSource as a host has it: the real driver and pool, on sockets that lead to the simulated database. */
export function simulatedDataSource(options: SocketOptions): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    installExtensions: false,
    poolSize: CONNECTIONS,
    poolErrorHandler: () => undefined,
    extra: { idleTimeoutMillis: 0, stream: () => new SimulatedSocket(options) },
  }).initialize();
}
