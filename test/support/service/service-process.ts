import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DIST } from '../dist-folder';

/** One that ends sooner had not started, which a supervisor tries again. */
const STARTING_MS = 20_000;
const LAST_WORDS = 500;
/** Its life is too short for optimising the code of the embedded database. */
const ONE_COMPILER = '--liftoff-only';
const READY = /^Meshbatch is at (\S+),/;

export interface ServiceProcessOptions {
  /** `main` listens, `worker` works in the background alone. */
  readonly script: 'main' | 'worker';
  readonly cwd: string;
  /** The whole environment: nothing of ours leaks in. */
  readonly settings: () => Readonly<Record<string, string>>;
}

/** A compiled process of the service, as users run it; it can be killed, paused, and started again. */
export class ServiceProcess {
  /** How it ended each time that nobody asked it to once it had started. */
  readonly deaths: string[] = [];
  private child: ChildProcess | null = null;
  private output = '';
  private address = '';

  constructor(private readonly options: ServiceProcessOptions) {}

  /** Where it listens, such as `http://127.0.0.1:41234`; empty before it did and for a worker. */
  get url(): string {
    return this.address;
  }

  /** All that the process and its predecessors wrote. */
  get log(): string {
    return this.output;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('The process does not run');
    return this.child.pid;
  }

  get runs(): boolean {
    return this.child !== null && !hasEnded(this.child);
  }

  /** Resolves once it listens, or for a worker once it is there. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { script, cwd, settings } = this.options;
    const child = spawn(process.execPath, [ONE_COMPILER, join(DIST, `${script}.js`)], {
      cwd,
      env: { ...settings(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.address = '';
    const begunAt = Date.now();
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.once('exit', (code, signal) => {
      const hadStarted = this.address !== '' || Date.now() - begunAt > STARTING_MS;
      if (this.child === child && hadStarted) this.deaths.push(`${code ?? signal}: ${this.output.slice(-LAST_WORDS)}`);
    });
    const lines = createInterface({ input: child.stdout });
    const listens = new Promise<void>((done, fail) => {
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
    if (script === 'main') return listens;
    listens.catch(() => undefined);
    await once(child, 'spawn');
  }

  /** SIGKILL: the process gets no chance to do anything more, paused or not. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** SIGSTOP: it stands still, with all that it holds, until it is resumed. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.child?.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    this.child = null;
    if (!child || hasEnded(child)) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
