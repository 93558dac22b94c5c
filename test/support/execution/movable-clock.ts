import { Clock, SystemClock } from '../../../src/common/clock';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The system's clock, which a test can put forward; sleeps last as long as they say and end with their signal. */
export class MovableClock extends Clock {
  private readonly system = new SystemClock();
  private ahead = 0;

  now(): number {
    return this.system.now() + this.ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.system.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.ahead += ms;
  }
}
