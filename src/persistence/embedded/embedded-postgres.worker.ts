import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { SystemClock } from '../../common/clock';
import { DURABLE_PARAMETERS, makeDurable, syncTree } from './durable-files';
import type { WorkerTask } from './embedded-postgres.protocol';
import { WireServer } from './wire-server';

/** The control plane is small; the engine's default of 128 MB would only be held, not used. */
const SHARED_BUFFERS = ['-c', 'shared_buffers=32MB'];
/** Keeps the log near this size; it is only cut back at a checkpoint. */
const LOG_SIZE = ['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB'];

async function initialise(folder: string): Promise<void> {
  const db = await PGlite.create(folder);
  await db.close();
  syncTree(folder);
}

async function serve(folder: string, socketPath: string): Promise<void> {
  const startParams = [...PGlite.defaultStartParams, ...DURABLE_PARAMETERS, ...SHARED_BUFFERS, ...LOG_SIZE];
  const db = await start(folder, startParams);
  makeDurable(db);
  const server = new WireServer(db, new SystemClock(), fail);
  await server.listen(socketPath);
  parentPort?.once('message', () => void stop(db, server).catch(fail));
  parentPort?.postMessage('ready');
}

/** PGlite says only that it failed; the reason is in what Postgres printed. */
async function start(folder: string, startParams: string[]): Promise<PGlite> {
  let printed = '';
  let starting = true;
  const onStderr = (text: string) => {
    if (starting) printed += `\n${text}`;
    return false;
  };
  const db = new PGlite({ dataDir: folder, startParams, onStderr });
  try {
    await db.waitReady;
    starting = false;
    return db;
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : inspect(cause)}${printed}`, { cause });
  }
}

async function stop(db: PGlite, server: WireServer): Promise<void> {
  await server.close();
  await db.close();
  process.exit(0);
}

/** Ends the thread with an error that reaches whoever started it. */
function fail(error: unknown): void {
  process.nextTick(() => {
    throw error instanceof Error ? error : new Error(`PGlite failed: ${inspect(error)}`);
  });
}

const task = workerData as WorkerTask;
(task.kind === 'initialise' ? initialise(task.folder) : serve(task.folder, task.socketPath)).catch(fail);
