import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { freePort } from '../free-port';

const START_TIMEOUT_MS = 30_000;
const PORT_ATTEMPTS = 5;
const SETTINGS = ['max_connections=200'];
/** The server may crash in a test, the machine does not: what it wrote need not reach the disk. */
const UNSYNCED = ['fsync=off', 'full_page_writes=off'];

export interface ClusterOptions {
  /** Whether a commit reaches the disk; without it the machine must not fail. */
  readonly durable?: boolean;
}
/**
 * Runs the server until it ends or our end of standard input closes, as it does when this process dies in whatever way;
 * the server is stopped and its folder removed then.
 */
const GUARD = `folder=$1; shift; exec 3<&0
"$@" 3<&- </dev/null & server=$!
(cat <&3 >/dev/null; touch "$folder/over"; kill -INT $server) 2>/dev/null & guard=$!
wait $server; code=$?; kill $guard 2>/dev/null
[ -e "$folder/over" ] && rm -rf "$folder"; exit $code`;

/** A Postgres server of our own in a temporary folder, on a free port of the loopback interface. */
export class PostgresCluster {
  port = 0;
  private guard?: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly binaries: PostgresBinaries,
    private readonly settings: readonly string[],
  ) {}

  static async create({ durable = false }: ClusterOptions = {}): Promise<PostgresCluster> {
    const binaries = await postgresBinaries();
    const folder = await mkdtemp(join(tmpdir(), 'meshbatch-pg-'));
    const cluster = new PostgresCluster(folder, binaries, [...SETTINGS, ...(durable ? [] : UNSYNCED)]);
    try {
      if (binaries.runAs) chownSync(folder, binaries.runAs.uid, binaries.runAs.gid);
      cluster.initialise();
      await cluster.startOnFreePort();
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  /** Starts again after {@link end}, on the same port. */
  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const options = ['-D', this.dataFolder, '-h', '127.0.0.1', '-p', String(this.port), '-k', this.folder];
    const settings = this.settings.flatMap((setting) => ['-c', setting]);
    const command = [join(this.binaries.bin, 'postgres'), ...options, ...settings];
    this.guard = spawn('sh', ['-c', GUARD, 'sh', this.folder, ...command], {
      ...this.spawnOptions,
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    await this.ready(this.guard);
  }

  /** Ends the server: `SIGINT` asks it to stop, `SIGQUIT` stops it at once as a crash would. Its data stays. */
  async end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const exit = once(this.guard!, 'exit');
    process.kill(Number(readFileSync(join(this.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]), signal);
    await exit;
  }

  /** Stops the server and deletes its data. */
  async remove(): Promise<void> {
    const guard = this.guard;
    if (guard && guard.exitCode === null) {
      const exit = once(guard, 'exit');
      guard.stdin?.end();
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get dataFolder(): string {
    return join(this.folder, 'data');
  }

  private get logFile(): string {
    return join(this.folder, 'server.log');
  }

  /** An environment of its own, so that no PG* variable of the caller changes the server. */
  private get spawnOptions() {
    return { ...this.binaries.runAs, cwd: this.folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
  }

  private initialise(): void {
    const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    const result = spawnSync(join(this.binaries.bin, 'initdb'), ['-D', this.dataFolder, ...options], {
      ...this.spawnOptions,
      encoding: 'utf8',
    });
    if (result.status !== 0) {
      throw new Error(`initdb failed: ${result.error?.message ?? `${result.stdout}\n${result.stderr}`}`);
    }
  }

  /** Another process may take the port between our look and the server's start. */
  private async startOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.port = await freePort();
      try {
        return await this.start();
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || !String(error).includes('could not bind')) throw error;
      }
    }
  }

  private async ready(guard: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (guard.exitCode === null && Date.now() < deadline) {
      if (await answers(this.port)) return;
      await sleep(20);
    }
    const log = readFileSync(this.logFile, 'utf8').split('\n').slice(-30).join('\n');
    throw new Error(`Postgres did not start on port ${this.port}. The end of its log:\n${log}`);
  }
}

async function answers(port: number): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ssl: false });
  // A server that is still starting may cut the connection after refusing it.
  client.on('error', () => undefined);
  const answered = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end().catch(() => undefined);
  return answered;
}
