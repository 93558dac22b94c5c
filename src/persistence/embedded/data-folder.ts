import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { lock } from 'proper-lockfile';
import { prepareSocketFolder } from './socket-folder';

/** Another process works on the data folder, which takes one. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';

  constructor(dataDir: string) {
    super(
      `Another Meshbatch process is using the data folder ${resolve(dataDir)}: stop it, choose another DATA_DIR, ` +
        'or set DATABASE_URL to run several processes on one Postgres server.',
    );
  }
}

/**
 * The right to work on a data folder. Whoever listens on its control socket owns it: a socket that takes connections belongs
 * to a process that lives, even one that is paused, and one that does not is a killed one's.
 */
export class DataFolder {
  private listener: RequestListener = (_, response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: 'The service is starting or stopping' }));
  };

  private constructor(
    private readonly server: Server,
    private readonly path: string,
  ) {
    server.on('request', (request, response) => void this.listener(request, response));
  }

  /** Takes the data folder, making it when there is none; throws {@link DataFolderInUseError}. */
  static async take(dataDir: string): Promise<DataFolder> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const path = await controlSocketPath(dataDir);
    // Two that start at once must not both find the other's socket stale.
    const unlock = await lock(dataDir, { stale: 5000, retries: { retries: 60, minTimeout: 100, maxTimeout: 200 } });
    try {
      if (await isListening(path)) throw new DataFolderInUseError(dataDir);
      await rm(path, { force: true });
      const server = createServer();
      server.listen(path);
      await once(server, 'listening');
      await chmod(path, 0o600);
      return new DataFolder(server, path);
    } finally {
      await unlock();
    }
  }

  /** Answers what comes over the control socket; before, callers are told to come back. */
  onRequest(listener: RequestListener): void {
    this.listener = listener;
  }

  async release(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await rm(this.path, { force: true });
  }
}

/** Where the control socket of a data folder is. */
export async function controlSocketPath(dataDir: string): Promise<string> {
  return join(await prepareSocketFolder(resolve(dataDir)), 'control.sock');
}

function isListening(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}
