import type { Clock } from '../common/clock';

/** A sleep that others can cut short. A call of {@link now} while nobody sleeps cuts the next sleep. */
export class Wake {
  private sleeping: AbortController | null = null;
  private pending = false;

  constructor(private readonly clock: Clock) {}

  now(): void {
    this.pending = true;
    this.sleeping?.abort();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.pending) {
      this.sleeping = new AbortController();
      await this.clock.sleep(ms, this.sleeping.signal);
      this.sleeping = null;
    }
    this.pending = false;
  }
}
