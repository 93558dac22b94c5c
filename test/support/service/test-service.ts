import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { PostgresServer } from '../postgres/postgres-server';
import { ApiClient } from './api-client';

export type DatabaseKind = 'embedded' | 'server';
export const DATABASE_KINDS: readonly DatabaseKind[] = ['embedded', 'server'];

export const TEST_KEY = `rsk_${'test'.repeat(10)}`;

const MAIN = resolve(__dirname, '../../../dist/main.js');
const READY = /^Meshbatch is at (\S+),/;

export interface TestServiceOptions {
  readonly database: DatabaseKind;
  /** In place of a fresh database on the shared server. */
  readonly databaseUrl?: string;
  /** Settings, beside those that a test service always has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The compiled service as a process of its own, as users run it; it survives being killed through {@link start}. */
export class TestService {
  private child: ChildProcess | null = null;
  private output = '';
  private address = '';

  private constructor(
    readonly dataDir: string,
    readonly databaseUrl: string | null,
    private readonly ownsDatabase: boolean,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start({ database, databaseUrl, env = {} }: TestServiceOptions): Promise<TestService> {
    const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-service-'));
    if (database === 'embedded') {
      await cp(fromGlobalSetup('MESHBATCH_TEST_PGLITE_TEMPLATE'), dataDir, { recursive: true });
    }
    const url = database === 'embedded' ? null : (databaseUrl ?? (await sharedServer().createDatabase()));
    const service = new TestService(dataDir, url, database === 'server' && databaseUrl === undefined, env);
    await service.start();
    return service;
  }

  /** Where it listens, such as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.address;
  }

  /** All that the process and its predecessors wrote. */
  get log(): string {
    return this.output;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('The service does not run');
    return this.child.pid;
  }

  client(key = TEST_KEY): ApiClient {
    return new ApiClient(this.address, key);
  }

  /** Starts the process on the same data and database as before; resolves once it listens. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.child = spawn(process.execPath, [MAIN], {
      cwd: this.dataDir,
      env: { ...this.settings(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await this.listening(this.child);
  }

  /** SIGKILL: the process gets no chance to do anything more. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends the process and deletes its data. */
  async dispose(): Promise<void> {
    if (this.child) await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
    if (this.ownsDatabase && this.databaseUrl !== null) await sharedServer().dropDatabase(this.databaseUrl);
  }

  /** The environment that the process gets: nothing of ours leaks in. */
  settings(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATA_DIR: this.dataDir,
      BOOTSTRAP_API_KEY: TEST_KEY,
      POLL_INTERVAL_MS: '100',
      ...(this.databaseUrl !== null && { DATABASE_URL: this.databaseUrl }),
      ...this.env,
    };
  }

  private async listening(child: ChildProcess): Promise<void> {
    if (!child.stdout) throw new Error('The process has no output');
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((done, fail) => {
      child.once('exit', (code) =>
        fail(new Error(`The service ended with ${code} before it listened:\n${this.output}`)),
      );
      lines.on('line', (line) => {
        this.output += `${line}\n`;
        const address = READY.exec(line)?.[1];
        if (address === undefined) return;
        this.address = address;
        done();
      });
    });
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}

function sharedServer(): PostgresServer {
  return PostgresServer.at(fromGlobalSetup('MESHBATCH_TEST_POSTGRES'));
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it comes from test/support/global-setup.ts`);
  return value;
}
