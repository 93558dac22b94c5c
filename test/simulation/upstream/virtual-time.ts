import type { Actor } from '../kernel/actor';
import type { Scheduler } from '../kernel/scheduler';

/**
 * Runs `work`, which must not await anything, in virtual time: what it reads off the clock is the scheduler's, and what it wants
 * done later takes its turn there. The vendors' simulators know only the system's clock and timers.
 */
export function inVirtualTime<T>(scheduler: Scheduler, owner: Actor, work: () => T): T {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = Date;
  const later = (fire: () => void, ms = 0) =>
    scheduler.after(owner, ms, 'moves', () => inVirtualTime(scheduler, owner, fire));
  Object.assign(globalThis, { setTimeout: later, clearTimeout: (cancel?: () => void) => cancel?.() });
  Date.now = () => scheduler.now;
  try {
    return work();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Date.now = now;
  }
}
