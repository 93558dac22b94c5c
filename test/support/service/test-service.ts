import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresServer } from '../postgres/postgres-server';
import { ApiClient } from './api-client';
import { ServiceProcess } from './service-process';

/** Long enough for a busy machine; a service that does not come to it, such as one whose database is cut off, is let alone then. */
const MARK_MS = 2000;

export type DatabaseKind = 'embedded' | 'server';
export const DATABASE_KINDS: readonly DatabaseKind[] = ['embedded', 'server'];

export const TEST_KEY = `rsk_${'test'.repeat(10)}`;

export interface TestServiceOptions {
  readonly database: DatabaseKind;
  /** In place of a fresh database on the shared server. */
  readonly databaseUrl?: string;
  /** Settings, beside those that a test service always has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The compiled service as a process of its own, with a folder and a database; it survives being killed through {@link start}. */
export class TestService {
  private readonly process: ServiceProcess;

  private constructor(
    readonly dataDir: string,
    readonly databaseUrl: string | null,
    private readonly ownsDatabase: boolean,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.process = new ServiceProcess({ script: 'main', cwd: dataDir, settings: () => this.settings() });
  }

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
    return this.process.url;
  }

  /** All that the process and its predecessors wrote. */
  get log(): string {
    return this.process.log;
  }

  get pid(): number {
    return this.process.pid;
  }

  client(key = TEST_KEY): ApiClient {
    return new ApiClient(this.url, key);
  }

  /** Starts the process on the same data and database as before; resolves once it listens. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.process.start(env);
    await this.marked({ ...this.env, ...env });
  }

  /** Its first sweep marks the blobs as its database's, which a test that looks at the folder must not meet half-way. */
  private async marked({ ROLE = 'all', S3_BUCKET }: Readonly<Record<string, string>>): Promise<void> {
    if (ROLE === 'api' || S3_BUCKET !== undefined) return;
    const mark = join(this.dataDir, 'blobs', 'installation');
    for (const until = Date.now() + MARK_MS; !existsSync(mark) && Date.now() < until;) await sleep(10);
  }

  /** SIGKILL: the process gets no chance to do anything more. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<number | null> {
    return this.process.stop();
  }

  /** Ends the process and deletes its data. */
  async dispose(): Promise<void> {
    await this.kill();
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
}

function sharedServer(): PostgresServer {
  return PostgresServer.at(fromGlobalSetup('MESHBATCH_TEST_POSTGRES'));
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it comes from test/support/global-setup.ts`);
  return value;
}
