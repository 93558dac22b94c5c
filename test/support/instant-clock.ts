import { Clock } from '../../src/common/clock';

/** A clock on which no time passes: what sleeps is woken at once. */
export class InstantClock extends Clock {
  readonly slept: number[] = [];

  now(): number {
    return 0;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
  }
}
