import { median } from './statistics';

/** The medians of two ways of the same work, and the rounds behind them. */
export interface Compared {
  readonly ours: number;
  readonly baseline: number;
  readonly rounds: { readonly ours: readonly number[]; readonly baseline: readonly number[] };
}

type Measure = () => Promise<number>;

/** Measures ours, baseline, ours, baseline …, so that what else the machine does meets both alike. */
export async function interleave(rounds: number, ours: Measure, baseline: Measure): Promise<Compared> {
  const measured = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    measured.ours.push(await ours());
    measured.baseline.push(await baseline());
  }
  return { ours: median(measured.ours), baseline: median(measured.baseline), rounds: measured };
}
