import type { DataSource } from 'typeorm';
import { ControlSocket } from '../admin/control-socket';
import { EmbeddedPostgres } from '../persistence/embedded/embedded-postgres';
import { assertMigrated, createDataSource, migrate } from './data-source';
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
  return env.DATABASE_URL === undefined ? openEmbedded(env.DATA_DIR) : openServer(env.DATABASE_URL, env.ROLE);
}

async function openServer(url: string, role: Env['ROLE']): Promise<OpenDatabase> {
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

/** One process at a time: two that start on a new database would both create its tables. */
async function migrateAlone(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(dataSource);
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await runner.release();
  }
}

async function openEmbedded(dataDir: string): Promise<OpenDatabase> {
  const control = await ControlSocket.open(dataDir);
  const closing: (() => Promise<void>)[] = [() => control.close()];
  const close = async () => {
    for (const step of closing.splice(0)) await step();
  };
  try {
    const postgres = await EmbeddedPostgres.open({ dataDir });
    closing.unshift(() => postgres.close());
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
