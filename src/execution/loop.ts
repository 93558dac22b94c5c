import type { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';

/** Repeats an action until it is stopped; an action that throws is told and tried again. */
export class Loop {
  private readonly logger = new SafeLogger(Loop.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
  ) {}

  start(everyMs: number, action: () => Promise<void>): void {
    this.running = this.run(everyMs, action);
  }

  /** Resolves once the action under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(everyMs: number, action: () => Promise<void>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await action().catch((error: unknown) =>
        this.logger.error({ err: error, loop: this.name }, 'A loop met an error'),
      );
      await this.clock.sleep(everyMs, this.stopping.signal);
    }
  }
}
