import type { DataSource } from 'typeorm';
import { ControlSocket } from '../admin/control-socket';
import { EmbeddedPostgres } from '../persistence/embedded/embedded-postgres';
import type { Env } from './env';

/** Any number that nothing else locks. */
const MIGRATION_LOCK = 7_221_002;

/** An open database, brought up to this version, and how to close it. */
export interface OpenDatabase {
  readonly dataSource: DataSource;
  /** Where operators reach this process; null on a server, where they go straight to the database. */
  readonly control: ControlSocket | null;
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
  if (env.DATABASE_URL !== undefined) return { opened: openServer(env.DATABASE_URL, env.ROLE) };
  const control = await ControlSocket.open(env.DATA_DIR);
  try {
    const postgres = await EmbeddedPostgres.start({ dataDir: env.DATA_DIR });
    return { opened: openEmbedded(control, postgres) };
  } catch (error) {
    await control.close();
    throw error;
  }
}

async function openServer(url: string, role: Env['ROLE']): Promise<OpenDatabase> {
  const { assertMigrated, createDataSource } = await loadDataSource();
  const dataSource = await createDataSource(url).initialize();
  try {
    // The API role never runs DDL: it may hold credentials that could not.
    if (role === 'api') await assertMigrated(dataSource);
    else await migrateAlone(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return { dataSource, control: null, died: new Promise(() => undefined), close: () => dataSource.destroy() };
}

/** Loaded late: it brings TypeORM and all entities with it. */
function loadDataSource() {
  return import('./data-source.js');
}

/** One process at a time: two that start on a new database would both create its tables. */
async function migrateAlone(dataSource: DataSource): Promise<void> {
  const { migrate } = await loadDataSource();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(dataSource);
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await runner.release();
  }
}

async function openEmbedded(control: ControlSocket, postgres: EmbeddedPostgres): Promise<OpenDatabase> {
  const closing: (() => Promise<void>)[] = [() => postgres.close(), () => control.close()];
  const close = async () => {
    for (const step of closing.splice(0)) await step();
  };
  try {
    const { createDataSource, migrate } = await loadDataSource();
    await postgres.ready();
    const dataSource = await createDataSource(postgres.dataSourceOptions).initialize();
    closing.unshift(() => dataSource.destroy());
    await migrate(dataSource);
    const died = postgres.closed.then((error) => error ?? new Promise<Error>(() => undefined));
    return { dataSource, control, died, close };
  } catch (error) {
    await close();
    throw error;
  }
}
