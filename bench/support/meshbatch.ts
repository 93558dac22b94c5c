import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchContext } from './figure';
import { REPOSITORY, SERVICE_MAIN } from './paths';
import { migrated } from './rows';

export const KEY = `rsk_${'bench'.repeat(8)}`;
const READY = /^Meshbatch is at (\S+),/;
const GRACE_MS = 10_000;

type Settings = Readonly<Record<string, string>>;

/** A database and a data folder of one figure, on which processes of the compiled service are started. */
export class Deployment {
  private constructor(
    readonly databaseUrl: string,
    readonly dataDir: string,
    private readonly settings: Settings,
    private readonly context: BenchContext,
  ) {}

  /** @param settings environment of every process, beside what a deployment always has */
  static async create(context: BenchContext, settings: Settings = {}): Promise<Deployment> {
    const { server, cleanups } = context;
    const databaseUrl = await server.createDatabase();
    cleanups.add(() => server.dropDatabase(databaseUrl));
    const dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-bench-'));
    cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
    const deployment = new Deployment(databaseUrl, dataDir, settings, context);
    await migrated(databaseUrl);
    return deployment;
  }

  /** Starts a process of a role; one that serves HTTP is resolved when it listens. */
  async start(role: 'all' | 'api' | 'worker', settings: Settings = {}): Promise<ServiceProcess> {
    const { profiles } = this.context;
    const profiling = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const service = new ServiceProcess(
      [...startFlags(), ...profiling],
      this.dataDir,
      this.environment({ ROLE: role, ...settings }),
    );
    this.context.cleanups.add(() => service.stop());
    if (role !== 'worker') await service.listening();
    return service;
  }

  /** Nothing of the caller's environment leaks in. */
  private environment(settings: Settings): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATA_DIR: this.dataDir,
      DATABASE_URL: this.databaseUrl,
      BOOTSTRAP_API_KEY: KEY,
      BATCH_LIMIT_PER_OWNER: '1000000',
      MAX_BATCH_ITEMS: '1000000',
      MAX_BODY_BYTES: '1073741824',
      LOG_LEVEL: 'error',
      ...this.settings,
      ...settings,
    };
  }
}

/** What `npm start` gives Node. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** The compiled service as users run it. */
export class ServiceProcess {
  url = '';
  private readonly child: ChildProcess;

  constructor(flags: readonly string[], cwd: string, env: Record<string, string>) {
    this.child = spawn(process.execPath, [...flags, SERVICE_MAIN], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async listening(): Promise<void> {
    const lines = createInterface({ input: this.child.stdout! });
    await new Promise<void>((done, fail) => {
      this.child.once('exit', (code) => fail(new Error(`The service ended with ${code} before it listened`)));
      lines.on('line', (line) => {
        const address = READY.exec(line)?.[1];
        if (address === undefined) return;
        this.url = address;
        done();
      });
    });
  }

  /** SIGTERM, as an operator would, so that a profile is written; SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await exited;
    clearTimeout(timer);
  }
}
