/** Whether the run takes every case (`npm run test:full`) or, of the long-running kinds, a sample (`npm test`). */
export const FULL_TIER = process.env.TEST_TIER === 'full';

/** All cases in the full tier, else those that `isSample` picks. */
export function sampled<T>(cases: readonly T[], isSample: (one: T) => boolean): T[] {
  return FULL_TIER ? [...cases] : cases.filter(isSample);
}
