import { setTimeout as sleep } from 'node:timers/promises';

/** The only source of time in the product, so that a test can replay a history. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch. */
  abstract now(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  }
}

/** Milliseconds to whole Unix seconds, the unit of every timestamp in the API. */
export function toUnixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
