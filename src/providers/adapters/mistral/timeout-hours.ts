const WINDOW = /^(\d+)([hd])$/;
const DAY_HOURS = 24;

/** A completion window such as `24h` or `7d` as the vendor's `timeout_hours`. @throws RangeError when it is no window */
export function timeoutHours(window: string): number {
  const [, count, unit] = WINDOW.exec(window) ?? [];
  if (count === undefined) throw new RangeError(`Not a completion window: ${window}`);
  return Number(count) * (unit === 'd' ? DAY_HOURS : 1);
}
