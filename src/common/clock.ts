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

  /** Not that of `node:timers/promises`, which makes an error, with its stack, of every sleep that is cut short. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}

/** Milliseconds to whole Unix seconds, the unit of every timestamp in the API. */
export function toUnixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
