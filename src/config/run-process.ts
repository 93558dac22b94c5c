import { mkdir } from 'node:fs/promises';
import { BlobStoreUnreachableError } from '../blobs/s3/s3-errors';
import { SystemClock } from '../common/clock';
import { startDatabase, type OpenDatabase } from './open-database';
import { InvalidEnvError, loadEnv, type Env } from './env';
import { loadEnvFile } from './local-service';
import { SecretsKeyFileError } from './secrets-keys';
import { DataFolderInUseError } from '../persistence/embedded/data-folder';

/** What a process runs on its database, and how it is stopped. */
export interface Running {
  close(): Promise<void>;
}

const SHUTDOWN_MS = 9_000;
/** Faults of the operator's, which a sentence explains better than a stack. */
const EXPLAINED = [InvalidEnvError, DataFolderInUseError, BlobStoreUnreachableError, SecretsKeyFileError];

/** Starts what a process runs, on its settings and its open database. */
type Start = (env: Env, database: OpenDatabase) => Promise<Running>;

/**
 * Runs a process from start to end: settings, database, then what `load` resolves to, which is loaded while the database opens.
 * SIGTERM and SIGINT stop it in order and it exits with 0; after 9 seconds it exits with 1 whatever still runs.
 * @param role what the process is for, where that is not the setting's to say
 */
export async function runProcess(role: Env['ROLE'] | null, load: (env: Env) => Promise<Start>): Promise<void> {
  try {
    loadEnvFile();
    const env = loadEnv(role === null ? process.env : { ...process.env, ROLE: role });
    const stopAsked = nextSignal();
    await mkdir(env.DATA_DIR, { recursive: true, mode: 0o700 });
    const { opened } = await startDatabase(env);
    const [database, start] = await Promise.all([opened, load(env)]);
    const running = await start(env, database);
    const died = await Promise.race([stopAsked, database.died]);
    if (died instanceof Error) return exitWith(died);
    await Promise.race([stop(running, database), tooLate()]);
    process.exit(0);
  } catch (error) {
    exitWith(error);
  }
}

async function stop(running: Running, database: OpenDatabase): Promise<void> {
  await running.close();
  await database.close();
}

async function tooLate(): Promise<never> {
  await new SystemClock().sleep(SHUTDOWN_MS);
  throw new Error(`The process did not stop within ${SHUTDOWN_MS / 1000} seconds`);
}

function nextSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => done());
  });
}

function exitWith(error: unknown): void {
  const explained = EXPLAINED.some((kind) => error instanceof kind);
  process.stderr.write(`${explained ? (error as Error).message : String((error as Error)?.stack ?? error)}\n`);
  process.exit(1);
}
