import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { assertNotOver, atEnd } from './cleanups.mjs';
import { within } from './wait.mjs';

const START_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 10_000;

/** A process of the example. */
export class HostProcess {
  printed = '';

  constructor(folder, program, env) {
    assertNotOver();
    this.child = spawn(process.execPath, [join('dist', program)], {
      cwd: folder,
      env: { PATH: process.env.PATH, TZ: 'UTC', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exit = once(this.child, 'exit');
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (data) => (this.printed += data));
    atEnd(() => this.kill());
  }

  /** Waits for the line that a process prints when it is ready; returns the address in it, if any. */
  async ready() {
    const line = /^The acme platform .*$/m;
    const printed = new Promise((resolve) => {
      this.child.stdout.on('data', () => line.test(this.printed) && resolve(this.printed.match(line)[0]));
    });
    const ended = this.exit.then(([code, signal]) => {
      throw new Error(`The process ended with ${signal ?? code}`);
    });
    try {
      const ready = await within('the process is ready', START_TIMEOUT_MS, Promise.race([printed, ended]));
      return ready.match(/http:\S+/)?.[0];
    } catch (cause) {
      throw new Error(this.printed || 'It printed nothing', { cause });
    }
  }

  /** Asks it to end, as an orchestrator does, and expects that it ends well. */
  async terminate() {
    this.child.kill('SIGTERM');
    const ended = within('the process ends after SIGTERM', END_TIMEOUT_MS, this.exit);
    const [code, signal] = await ended.catch((cause) => {
      throw new Error(this.printed, { cause });
    });
    if (code !== 0) throw new Error(`It ended with ${signal ?? code}:\n${this.printed}`);
  }

  async kill() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.exit;
  }

  /** The host's logger tells warnings and errors only, so that a process which does well prints its first line alone. */
  assertQuiet() {
    const more = this.printed.trim().split('\n').slice(1).join('\n');
    if (more) throw new Error(more);
  }
}
