import type { BodyLimits } from './body-limits';

/** How many times within the idle limit a body is looked at. */
const LOOKS = 20;
/** How long a client may stay away from the least rate when it had been no faster before. */
const RESERVE_SECONDS = 60;

/**
 * How long a client has let us wait for its body. Only that time counts: not what passes while we write, wait our turn or are
 * held up. The bytes that a client brings pay for the waiting, and up to a minute of it can be paid for ahead.
 */
export class BodyPace {
  /** How often to ask {@link isTooSlow}. */
  readonly lookEveryMs: number;
  private waitingSince: number | null = null;
  private silentMs = 0;
  private reserveBytes: number;

  constructor(private readonly limits: Pick<BodyLimits, 'bodyIdleMs' | 'bodyMinBytesPerSecond'>) {
    this.lookEveryMs = Math.ceil(limits.bodyIdleMs / LOOKS);
    this.reserveBytes = this.maxReserve;
  }

  waitFrom(now: number): void {
    this.waitingSince = now;
  }

  took(bytes: number, now: number): void {
    this.count(now);
    this.waitingSince = null;
    this.silentMs = 0;
    this.reserveBytes = Math.min(this.maxReserve, this.reserveBytes + bytes);
  }

  /** Only ever while we wait: what came too late, but came, is taken. */
  isTooSlow(now: number): boolean {
    if (this.waitingSince === null) return false;
    this.count(now);
    return this.silentMs >= this.limits.bodyIdleMs || this.reserveBytes < 0;
  }

  private count(now: number): void {
    if (this.waitingSince === null) return;
    // More than this between two looks is a process that was held up, or a clock that was set: no fault of the client's.
    const waitedMs = Math.min(Math.max(0, now - this.waitingSince), 2 * this.lookEveryMs);
    this.waitingSince = now;
    this.silentMs += waitedMs;
    this.reserveBytes -= (waitedMs / 1000) * this.limits.bodyMinBytesPerSecond;
  }

  private get maxReserve(): number {
    return this.limits.bodyMinBytesPerSecond * RESERVE_SECONDS;
  }
}
