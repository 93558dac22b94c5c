import type { Clock } from '../common/clock';
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
  /** The owners of the bodies that are in hand, one entry each. */
  private readonly inHand: string[] = [];
  /** In the order of arrival. */
  private readonly waiting = new Set<Waiter>();

  constructor(
    private readonly limits: GateLimits,
    private readonly clock: Clock,
  ) {}

  /** How many wait for their turn. */
  get queued(): number {
    return this.waiting.size;
  }

  /**
   * Runs `take` in its turn. Throws {@link TooManyBodiesError} when too many wait already or its turn does not come in time, and
   * {@link IncompleteBodyError} when the client goes away before.
   */
  async pass<T>(comer: Comer, take: () => Promise<T>): Promise<T> {
    const { ownerId, aside } = comer;
    if (this.hasPlaceFor(ownerId)) this.inHand.push(ownerId);
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
    if (!this.hasRoomFor(ownerId)) throw new TooManyBodiesError();
    const ended = new AbortController();
    let giveUp = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter = { ownerId, letIn: resolve };
        const refuse = (error: Error) => {
          if (this.waiting.delete(waiter)) reject(error);
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
    this.inHand.splice(this.inHand.indexOf(ownerId), 1);
    for (const waiter of this.waiting) {
      if (!this.hasPlaceFor(waiter.ownerId)) continue;
      this.waiting.delete(waiter);
      this.inHand.push(waiter.ownerId);
      waiter.letIn();
      return;
    }
  }

  private hasPlaceFor(ownerId: string): boolean {
    const { places } = this.limits;
    const own = this.inHand.filter((other) => other === ownerId).length;
    return this.inHand.length < places && own < half(places);
  }

  private hasRoomFor(ownerId: string): boolean {
    const { maxWaiting } = this.limits;
    let own = 0;
    for (const waiter of this.waiting) if (waiter.ownerId === ownerId) own++;
    return this.waiting.size < maxWaiting && own < half(maxWaiting);
  }
}

function half(of: number): number {
  return Math.ceil(of / 2);
}
