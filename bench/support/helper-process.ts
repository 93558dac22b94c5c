import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanups } from './cleanups';
import type { Answer, Call } from './served-methods';
import { processFile } from './paths';

/** A program of the benchmark in a process of its own, so that its work is not done on the thread of what is measured. */
export class HelperProcess {
  private calls = 0;

  private constructor(private readonly child: ChildProcess) {
    child.setMaxListeners(0);
  }

  /** Starts `bench/processes/<name>`; it ends with this process, in whatever way that ends. */
  static async start(name: string, cleanups: Cleanups): Promise<HelperProcess> {
    const child = fork(processFile(name), { stdio: 'inherit', serialization: 'advanced' });
    const helper = new HelperProcess(child);
    cleanups.add(() => helper.stop());
    await helper.answerTo(0);
    return helper;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Calls a method that the program serves. */
  async ask<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    const call: Call = { id: ++this.calls, method, args };
    const answer = this.answerTo(call.id);
    this.child.send(call);
    return (await answer) as T;
  }

  private answerTo(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const died = (code: number | null) => reject(new Error(`A helper process ended with ${code}`));
      const heard = (answer: Answer) => {
        if (answer.id !== id) return;
        this.child.off('message', heard).off('exit', died);
        if (answer.error === undefined) resolve(answer.value);
        else reject(new Error(answer.error));
      };
      this.child.on('message', heard).once('exit', died);
    });
  }

  private async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
