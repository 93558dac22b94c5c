import { IncompleteBodyError, TooManyBodiesError } from './ingest.errors';

/**
 * Lets a number of bodies through at once; the others wait in the order in which they came. Its own few lines, because the
 * semaphores on npm that CommonJS can load do not let one waiter leave.
 */
export class BodyGate {
  private inHand = 0;
  /** In the order of arrival; each lets one body in. */
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly places: number,
    private readonly maxWaiting: number,
  ) {}

  /** How many wait for their turn. */
  get queued(): number {
    return this.waiting.size;
  }

  /**
   * Runs `take` in its turn. Throws {@link TooManyBodiesError} when too many wait already and {@link IncompleteBodyError}
   * when `gone` aborts before the turn has come.
   */
  async pass<T>(gone: AbortSignal, take: () => Promise<T>): Promise<T> {
    await this.enter(gone);
    try {
      return await take();
    } finally {
      this.leave();
    }
  }

  private async enter(gone: AbortSignal): Promise<void> {
    if (this.inHand < this.places) {
      this.inHand += 1;
      return;
    }
    if (gone.aborted) throw new IncompleteBodyError();
    if (this.waiting.size >= this.maxWaiting) throw new TooManyBodiesError();
    await new Promise<void>((resolve, reject) => {
      const letIn = () => {
        gone.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.waiting.delete(letIn);
        reject(new IncompleteBodyError());
      };
      this.waiting.add(letIn);
      gone.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The place goes to whoever waits longest. */
  private leave(): void {
    const [next] = this.waiting;
    if (!next) {
      this.inHand -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
