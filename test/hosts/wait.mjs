import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 100;

/** Asks until the answer is not undefined. */
export async function until(what, timeoutMs, ask) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs / 1000} s: ${what}`);
    await pause(PAUSE_MS);
  }
}

/** Fails when a promise takes too long. */
export async function within(what, timeoutMs, promise) {
  const timer = new AbortController();
  const late = pause(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Not within ${timeoutMs / 1000} s: ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}
