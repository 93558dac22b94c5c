import type { Clock } from '../common/clock';
import { Places } from '../common/places';
import type { Aside } from './create-load';
import { IncompleteBodyError, TooManyBodiesError } from './ingest.errors';

/** Whose body comes to the gate; `gone` aborts when its client has gone away. */
export interface Comer {
  readonly ownerId: string;
  readonly gone: AbortSignal;
  readonly aside: Aside;
}

/** How many are let through at once, how many may wait, and for how long at most. */
export interface GateLimits {
  readonly places: number;
  readonly maxWaiting: number;
  readonly longestWaitMs: number;
}

interface Waiter {
  readonly ownerId: string;
  readonly letIn: () => void;
}

/**
 * Lets a number of bodies through at once; the others wait in the order in which they came. One owner has at most half of the
 * places, and half of the line. Its own few lines, because the semaphores on npm that CommonJS can load know neither.
 */
export class BodyGate {
  private readonly places: Places;
  private readonly line: Places;
  /** In the order of arrival. */
  private readonly waiting = new Set<Waiter>();

  constructor(
    private readonly limits: GateLimits,
    private readonly clock: Clock,
  ) {
    const halved = (count: number) => new Places(count, Math.ceil(count / 2));
    [this.places, this.line] = [halved(limits.places), halved(limits.maxWaiting)];
  }

  /** How many wait for their turn. */
  get queued(): number {
    return this.line.taken;
  }

  /**
   * Runs `take` in its turn. Throws {@link TooManyBodiesError} when too many wait already or its turn does not come in time, and
   * {@link IncompleteBodyError} when the client goes away before.
   */
  async pass<T>(comer: Comer, take: () => Promise<T>): Promise<T> {
    const { ownerId, aside } = comer;
    if (this.places.hasRoomFor(ownerId)) this.places.take(ownerId);
    else await aside(() => this.wait(comer));
    try {
      return await take();
    } finally {
      this.leave(ownerId);
    }
  }

  /** Until the place is this one's. */
  private async wait({ ownerId, gone }: Comer): Promise<void> {
    if (gone.aborted) throw new IncompleteBodyError();
    if (!this.line.hasRoomFor(ownerId)) throw new TooManyBodiesError();
    this.line.take(ownerId);
    const ended = new AbortController();
    let giveUp = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter = { ownerId, letIn: resolve };
        const refuse = (error: Error) => {
          if (!this.waiting.delete(waiter)) return;
          this.line.free(ownerId);
          reject(error);
        };
        giveUp = () => refuse(new IncompleteBodyError());
        this.waiting.add(waiter);
        gone.addEventListener('abort', giveUp);
        void this.clock.sleep(this.limits.longestWaitMs, ended.signal).then(() => refuse(new TooManyBodiesError()));
      });
    } finally {
      gone.removeEventListener('abort', giveUp);
      ended.abort('ended');
    }
  }

  /** The place goes to whoever waits longest and may have it. */
  private leave(ownerId: string): void {
    this.places.free(ownerId);
    for (const waiter of this.waiting) {
      if (!this.places.hasRoomFor(waiter.ownerId)) continue;
      this.waiting.delete(waiter);
      this.line.free(waiter.ownerId);
      this.places.take(waiter.ownerId);
      waiter.letIn();
      return;
    }
  }
}
