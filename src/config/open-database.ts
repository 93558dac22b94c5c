import type { DataSource } from 'typeorm';
import { EmbeddedDatabase } from '../persistence/embedded/embedded-database';
import type { DatabaseOptions } from '../persistence/persistence.module-definition';
import type { Env } from './env';

/** An open database, brought up to this version unless the role forbids it, and how to close it. */
export interface OpenDatabase {
  /** What the modules are given. */
  readonly options: DatabaseOptions;
  /** Resolves when the database ended by itself, which the process does not survive. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

/** Opens the server that `DATABASE_URL` names, or else the embedded database of the data folder. */
export async function openDatabase(env: Env): Promise<OpenDatabase> {
  return (await startDatabase(env)).opened;
}

/**
 * As {@link openDatabase}, but comes back as soon as the embedded engine works in its own thread, so that the caller can load
 * the rest of the program meanwhile.
 */
export async function startDatabase(env: Env): Promise<{ opened: Promise<OpenDatabase> }> {
  if (env.DATABASE_URL !== undefined) return { opened: openServer(env.DATABASE_URL, env) };
  return { opened: openEmbedded(await EmbeddedDatabase.start({ dataDir: env.DATA_DIR })) };
}

async function openServer(url: string, env: Env): Promise<OpenDatabase> {
  const { serverDataSource } = await import('./server-data-source.js');
  const dataSource = await serverDataSource(url, env.DATABASE_POOL_SIZE).initialize();
  const close = async () => {
    // The module that used it may have closed it with the application.
    if (dataSource.isInitialized) await dataSource.destroy();
  };
  try {
    // The API role never runs DDL: it may hold credentials that could not.
    if (env.ROLE !== 'api') await migrate(dataSource);
  } catch (error) {
    await close();
    throw error;
  }
  return { options: { dataSource }, died: new Promise(() => undefined), close };
}

async function openEmbedded(embedded: EmbeddedDatabase): Promise<OpenDatabase> {
  try {
    const { openDataSource } = await import('../persistence/embedded/open-data-source.js');
    await embedded.ready(openDataSource);
    await migrate(embedded.dataSource);
  } catch (error) {
    await embedded.close();
    throw error;
  }
  return { options: { embedded }, died: embedded.died, close: () => embedded.close() };
}

/** Loaded late: it brings TypeORM and all entities with it. */
async function migrate(dataSource: DataSource): Promise<void> {
  await (await import('../meshbatch/migrate.js')).migrate(dataSource);
}
