import { ManualClock } from '../../test/support/manual-clock';
import type { ProviderCapabilities } from '../providers/contract/adapter';
import { Drain } from './drain';

const HOUR = 3_600_000;
const SOME = { total: 50, succeeded: 49, failed: 0 };
const NONE = { total: 50, succeeded: 0, failed: 0 };

describe('the drain', () => {
  const clock = new ManualClock();
  const drain = new Drain({}, clock);

  /** How long a part is waited for after its deadline, in hours; null when no time ends it. */
  function hoursOf(cancel: ProviderCapabilities['cancel'] | null, remoteCounts: typeof SOME | null, isSent = false) {
    const part = { remoteCounts, cancelSentAt: isSent ? new Date(0) : null };
    const adapter = cancel === null ? undefined : { capabilities: { cancel } as ProviderCapabilities };
    const isOverAfter = (hours: number) =>
      drain.isOver(part, { deadlinePassedAt: new Date(clock.now() - hours * HOUR) }, adapter);
    expect(drain.isOver(part, { deadlinePassedAt: null }, adapter)).toBe(false);
    return [0, 0.99, 1, 24.99, 25].find(isOverAfter);
  }

  it('is an hour', () => {
    for (const cancel of ['stops', 'none', null] as const) expect(hoursOf(cancel, SOME)).toBe(1);
  });

  it('is a day longer where a cancel would discard what ran', () => {
    expect(hoursOf('discards', SOME)).toBe(25);
    expect(hoursOf('discards', { ...NONE, failed: 1 })).toBe(25);
  });

  it('is an hour where nothing is known to have run, or it is discarded already', () => {
    expect([hoursOf('discards', NONE), hoursOf('discards', null), hoursOf('discards', SOME, true)]).toEqual([1, 1, 1]);
  });
});
