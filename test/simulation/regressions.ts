/** A history that once went wrong, shrunk, and what was wrong with it. */
export interface Regression {
  readonly was: string;
  readonly seed: number;
  /** Decisions that go wrong; any when left out. */
  readonly only?: readonly number[];
  /** Only the first batches of its plan; all when left out. */
  readonly batches?: number;
}

export const REGRESSIONS: readonly Regression[] = [];
