import { ManualClock } from '../../test/support/manual-clock';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { PartsStore } from '../batches/parts.store';
import type { ProviderAdapter, ProviderCapabilities } from '../providers/contract/adapter';
import type { AttemptEnds } from './attempt-ends';
import { Drain } from './drain';
import type { LeasedPart } from './part-leases';
import { WaitingEnd } from './waiting-end';

const RUNS_UNCOUNTED = { id: 'p', state: 'running', remoteCounts: null, cancelSentAt: null } as PartEntity;
const RAN_SOME = { ...RUNS_UNCOUNTED, remoteCounts: { total: 2, succeeded: 1, failed: 0 } } as PartEntity;

/** Whether a step that left the part as `after` was the last one, the drain of any other job being over. */
async function isLast(cancel: ProviderCapabilities['cancel'], before: PartEntity, after: PartEntity | null) {
  let stopped = false;
  const parts = { find: async () => after } as unknown as PartsStore;
  const ends = { stopWaiting: async () => void (stopped = true) } as unknown as AttemptEnds;
  const end = new WaitingEnd(parts, ends, new Drain({ drainMs: 0 }, new ManualClock()));
  const leased = { part: before } as LeasedPart;
  const adapter = { capabilities: { cancel } } as ProviderAdapter;
  await end.afterStep(leased, { deadlinePassedAt: new Date(0) } as BatchEntity, adapter);
  return stopped;
}

describe('the end of the waiting after a step', () => {
  it('comes when the drain is over and the part still waits', async () => {
    expect(await isLast('stops', RUNS_UNCOUNTED, RAN_SOME)).toBe(true);
    expect(await isLast('discards', RUNS_UNCOUNTED, RUNS_UNCOUNTED)).toBe(true);
    expect(await isLast('stops', RUNS_UNCOUNTED, { ...RAN_SOME, state: 'collecting' })).toBe(false);
    expect(await isLast('stops', RUNS_UNCOUNTED, null)).toBe(false);
  });

  it('is put off where that would lose what ran, also when only the step saw it', async () => {
    expect(await isLast('discards', RAN_SOME, RAN_SOME)).toBe(false);
    expect(await isLast('discards', RUNS_UNCOUNTED, RAN_SOME)).toBe(false);
  });
});
