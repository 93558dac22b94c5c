const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** A checked `completion_window` such as `24h` or `7d`, in milliseconds. */
export function windowMs(window: string): number {
  const match = /^(\d+)([hd])$/.exec(window);
  const unit = match?.[2] && UNIT_MS[match[2]];
  if (!match || !unit) throw new RangeError(`Not a completion window: ${window}`);
  return Number(match[1]) * unit;
}
