import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { chmod } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { lock } from 'proper-lockfile';
import { OperatorError } from '../auth/auth.errors';
import { prepareSocketFolder } from '../persistence/embedded/socket-folder';
import { operatorCommand, type OperatorCommand } from './operator-commands';

/** Carries out an operator's command. */
export type CommandRunner = (command: OperatorCommand) => Promise<unknown>;

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
 * The unix socket by which operators reach the running process. Whoever listens on it owns the data folder: a socket that
 * takes connections belongs to a process that lives, even one that is paused, and one that does not is a killed one's.
 */
export class ControlSocket {
  private runner: CommandRunner | null = null;

  private constructor(
    private readonly server: Server,
    private readonly path: string,
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  /** Takes the data folder; throws {@link DataFolderInUseError}. */
  static async open(dataDir: string): Promise<ControlSocket> {
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
      return new ControlSocket(server, path);
    } finally {
      await unlock();
    }
  }

  /** From now on commands are carried out; before, they are told to come back. */
  serve(runner: CommandRunner): void {
    this.runner = runner;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await rm(this.path, { force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body] = await this.run(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private async run(request: IncomingMessage): Promise<[number, object]> {
    if (!this.runner) return [503, { error: 'The service is starting or stopping' }];
    try {
      const command = operatorCommand.parse(JSON.parse(await text(request)));
      return [200, { result: await this.runner(command) }];
    } catch (error) {
      const known = error instanceof OperatorError;
      return [known ? 409 : 500, { error: error instanceof Error ? error.message : 'Unknown error' }];
    }
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
