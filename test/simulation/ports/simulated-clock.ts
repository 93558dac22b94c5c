import { Clock } from '../../../src/common/clock';
import type { Actor } from '../kernel/actor';
import type { Scheduler } from '../kernel/scheduler';

/** The longest pause of the loops that only look whether there is something to do, and that of the reconciliation, which is one as well. */
const LOOP_MS = 1000;
const RECONCILIATION_MS = 15_000;

/** A process's clock on virtual time. It is `skewMs` ahead, and its loops pause `stretch` times as long as they say. */
export class SimulatedClock extends Clock {
  constructor(
    private readonly owner: Actor,
    private readonly scheduler: Scheduler,
    private readonly skewMs: number,
    private readonly stretch: number,
  ) {
    super();
  }

  now(): number {
    return this.scheduler.now + this.skewMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const isLoop = ms <= LOOP_MS || ms === RECONCILIATION_MS;
    const lasts = isLoop ? ms * this.stretch : ms;
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.scheduler.after(this.owner, lasts, `wakes after ${ms}`, wake, isLoop);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
