import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import { EmbeddedPostgres } from '../../../src/persistence/embedded/embedded-postgres';
import { EMBEDDED_WORKER_FILE } from './pglite-template';
import { PostgresServer } from './postgres-server';

/** An empty database for one test or suite. */
export interface TestDatabase {
  /** The connection part of a DataSource's options. */
  options: Extract<DataSourceOptions, { type: 'postgres' }>;
  /** Releases the database and deletes what is in it; connections to it are closed before. */
  close(): Promise<void>;
}

/** A fresh database on the Postgres server that the whole test run shares. */
export async function serverDatabase(): Promise<TestDatabase> {
  const server = PostgresServer.at(fromGlobalSetup('MESHBATCH_TEST_POSTGRES'));
  const url = await server.createDatabase();
  return {
    options: { type: 'postgres', url, poolSize: 5, installExtensions: false },
    close: () => server.dropDatabase(url),
  };
}

/** A fresh embedded database, as a process without DATABASE_URL has. */
export async function embeddedDatabase(): Promise<TestDatabase & { reopen(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-embedded-'));
  await cp(fromGlobalSetup('MESHBATCH_TEST_PGLITE_TEMPLATE'), dataDir, { recursive: true });
  let database = await openEmbedded(dataDir);
  return {
    options: database.dataSourceOptions,
    async reopen() {
      await database.close();
      database = await openEmbedded(dataDir);
    },
    async close() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function openEmbedded(dataDir: string): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.open({ dataDir, workerFile: EMBEDDED_WORKER_FILE });
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it comes from test/support/global-setup.ts`);
  return value;
}
