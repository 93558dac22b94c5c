import { ManualClock } from '../../test/support/manual-clock';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { ProviderAdapter, ProviderCapabilities } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { Drain } from './drain';
import { UpstreamCancel } from './upstream-cancel';

const RAN_SOME = { total: 8, succeeded: 3, failed: 0 };
const FAILED_SOME = { total: 8, succeeded: 0, failed: 1 };
const RAN_NONE = { total: 8, succeeded: 0, failed: 0 };

describe('a cancel at the provider', () => {
  const clock = new ManualClock();
  const cancel = new UpstreamCancel(new Drain({ drainMs: 1000 }, clock), clock);
  const { signal } = new AbortController();
  let sent: string[];
  beforeEach(() => (sent = []));

  async function send(
    kind: ProviderCapabilities['cancel'],
    facts: Partial<PartEntity> = {},
    deadlinePassedAt: Date | null = null,
  ): Promise<boolean> {
    const adapter = { capabilities: { cancel: kind }, cancel: async (id: string) => void sent.push(id) };
    const known = { remoteId: 'job', remoteState: 'in_progress', remoteCounts: RAN_SOME };
    const part = { ...known, stopReason: 'cancelled', cancelSentAt: null, ...facts } as PartEntity;
    const leased = { part, lease: { partId: 'p', fence: 1 }, signal };
    const batch = { deadlinePassedAt } as BatchEntity;
    expect(await cancel.send(leased, batch, adapter as unknown as ProviderAdapter)).toBeNull();
    return sent.length > 0;
  }

  it.each([
    ['stops', true],
    ['discards', false],
    ['none', false],
  ] as const)('of a job of which some ran is sent where a cancel %s: %s', async (kind, expected) => {
    expect(await send(kind)).toBe(expected);
  });

  it.each([
    ['some failed, which is paid for', { remoteCounts: FAILED_SOME }, false],
    ['nothing ran', { remoteCounts: RAN_NONE }, true],
    ['nothing is counted before it runs', { remoteCounts: null, remoteState: 'validating' }, true],
    ['nothing is counted while it runs', { remoteCounts: null }, false],
    ['nothing ran, and the provider has heard', { remoteCounts: RAN_NONE, cancelSentAt: new Date(0) }, false],
    ['nothing ran, and it is not to stop', { remoteCounts: RAN_NONE, stopReason: null }, false],
  ] as const)('that would discard what ran, where %s', async (_, facts, expected) => {
    expect(await send('discards', facts)).toBe(expected);
  });

  it('that would discard what ran is sent once the drain is over', async () => {
    const passedAgo = (ms: number) => new Date(clock.now() - ms);
    const day = 24 * 3_600_000;
    expect(await send('discards', {}, passedAgo(day + 999))).toBe(false);
    expect(await send('discards', {}, passedAgo(day + 1000))).toBe(true);
    sent = [];
    expect(await send('discards', { remoteCounts: null }, passedAgo(999))).toBe(false);
    expect(await send('discards', { remoteCounts: null }, passedAgo(1000))).toBe(true);
    sent = [];
    expect(await send('none', {}, passedAgo(day + 1000))).toBe(false);
  });

  it('resolves to why it was not taken', async () => {
    const error = new ProviderCallError('acme', 'ambiguous', 'No answer');
    const adapter = { capabilities: { cancel: 'stops' }, cancel: async () => Promise.reject(error) };
    const part = { remoteId: 'job', stopReason: 'expired', cancelSentAt: null } as PartEntity;
    const leased = { part, lease: { partId: 'p', fence: 1 }, signal };
    expect(await cancel.send(leased, {} as BatchEntity, adapter as unknown as ProviderAdapter)).toBe(error);
  });
});
