import { Clock } from '../../src/common/clock';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it; what sleeps wakes when its time has come, in order. */
export class ManualClock extends Clock {
  private time = 0;
  private readonly sleepers = new Set<Sleeper>();

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { until: this.time + ms, wake };
      const sleepers = this.sleepers.add(sleeper);
      function wake() {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      }
      signal?.addEventListener('abort', wake);
    });
  }

  /** How many sleep. */
  get sleeping(): number {
    return this.sleepers.size;
  }

  /** Moves on in steps, with everything done in between that the passing of time sets off. */
  async forward(ms: number, stepMs = ms): Promise<void> {
    for (const end = this.time + ms; this.time < end;) {
      this.time = Math.min(end, this.time + stepMs);
      for (const { until, wake } of [...this.sleepers]) if (until <= this.time) wake();
      await settled();
    }
  }
}

/** Lets everything run that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
