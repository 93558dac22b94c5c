import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DataSourceOptions } from 'typeorm';
import { SystemClock } from '../../common/clock';
import { syncPath } from './durable-files';
import type { WorkerTask } from './embedded-postgres.protocol';
import { prepareSocketFolder, SOCKET_PORT, socketFile } from './socket-folder';

/** How long to wait for the one connection; with that many waiting, each is served within milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Where the embedded database is found. */
export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** The compiled worker, when this file itself runs from its TypeScript source. */
  workerFile?: string;
}

/**
 * A Postgres in this process (PGlite in a worker thread), reached with the plain `pg` driver over a unix socket. It takes
 * one connection at a time, and only one process may open a data folder: the caller holds the lock.
 */
export class EmbeddedPostgres {
  readonly port = SOCKET_PORT;
  /** Resolves when the engine has ended: with nothing after an orderly `close()`, with the reason when it died. */
  readonly closed: Promise<Error | undefined>;
  private closing = false;

  /** The worker's one message; listened for from the start, since it may come while this thread is busy. */
  private readonly serving: Promise<undefined>;

  private constructor(
    private readonly root: string,
    private readonly worker: Worker,
    readonly socketDir: string,
  ) {
    this.serving = new Promise((done) => worker.once('message', () => done(undefined)));
    this.closed = ended(worker).then((error) => {
      if (this.closing) return error;
      return error ?? new Error('The embedded database stopped by itself');
    });
  }

  /** Opens the database of a data folder, creating it on first use. */
  static async open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const database = await EmbeddedPostgres.start(options);
    await database.ready();
    return database;
  }

  /** As {@link open}, without waiting for what the engine does in its own thread; {@link ready} does. */
  static async start({ dataDir, workerFile }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const root = resolve(dataDir);
    const file = workerFile ?? join(__dirname, 'embedded-postgres.worker.js');
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const socketDir = await prepareSocketFolder(root);
      // What a process that was killed left.
      await rm(socketFile(socketDir), { force: true });
      const folder = join(root, 'postgres');
      if (!(await exists(folder))) await initialise(folder, file);
      const worker = startWorker(file, { kind: 'serve', folder, socketPath: socketFile(socketDir) });
      return new EmbeddedPostgres(root, worker, socketDir);
    } catch (cause) {
      throw notOpened(root, cause);
    }
  }

  /** Resolves once the engine takes connections. */
  async ready(): Promise<void> {
    const error = await Promise.race([this.serving, this.closed]);
    if (error) throw notOpened(this.root, error);
  }

  /** What `pg` connects with. */
  get connection() {
    return { host: this.socketDir, port: this.port, user: 'postgres', database: 'postgres', ssl: false };
  }

  /** What TypeORM connects with: one connection that is never given back for being idle. */
  get dataSourceOptions(): Extract<DataSourceOptions, { type: 'postgres' }> {
    const { user, ...connection } = this.connection;
    return {
      type: 'postgres',
      ...connection,
      username: user,
      poolSize: 1,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      installExtensions: false,
      extra: { idleTimeoutMillis: 0 },
    };
  }

  /** Ends connections, rolls back what they left open, and writes the engine's state to disk. */
  async close(): Promise<void> {
    this.closing = true;
    this.worker.postMessage('close');
    const waiting = new AbortController();
    const late = new SystemClock().sleep(CLOSE_TIMEOUT_MS, waiting.signal);
    await Promise.race([this.closed, late]);
    waiting.abort();
    // A statement that runs on cannot be interrupted; ending the thread is as safe as a crash, which the log survives.
    await this.worker.terminate();
    await rm(socketFile(this.socketDir), { force: true });
  }
}

function notOpened(root: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The embedded database in ${root} did not open: ${reason}`, { cause });
}

/** Builds the database beside its place and moves it there whole, so that a crash leaves none rather than half of one. */
async function initialise(folder: string, workerFile: string): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  // A thread of its own, because the first start needs half a gigabyte that would otherwise stay taken.
  const error = await ended(startWorker(workerFile, { kind: 'initialise', folder: draft }));
  if (error) throw error;
  await rename(draft, folder);
  syncPath(join(folder, '..'));
}

function startWorker(file: string, workerData: WorkerTask): Worker {
  // An empty environment: the engine needs nothing of ours, and PG* variables are not meant for it.
  return new Worker(file, { workerData, env: {} });
}

function ended(worker: Worker): Promise<Error | undefined> {
  return new Promise((done) => {
    worker.once('error', done);
    worker.once('exit', (code) => done(code === 0 ? undefined : new Error(`The worker ended with code ${code}`)));
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
