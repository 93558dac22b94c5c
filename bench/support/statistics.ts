/** The value below which a share `q` of `values` lies, by the nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error('There is nothing to take a quantile of');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const half = values.length / 2;
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(half)];
  if (upper === undefined) throw new Error('There is nothing to take a median of');
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? upper)) / 2 : upper;
}
