import type { Random } from './random';

const FIRST_MS = 500;
const LONGEST_MS = 60_000;

/** How long to wait after that many failures in a row: doubling from half a second to a minute, with equal jitter. */
export function backoffMs(failures: number, random: Random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.round(full / 2 + (full / 2) * random.fraction());
}
