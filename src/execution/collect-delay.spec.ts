import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { PartPatch, PartsStore } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { IncompleteDownloadError } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { CollectDelay } from './collect-delay';
import { Drain } from './drain';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';
import type { StepFailures } from './step-failures';

class FakeClock extends Clock {
  time = 1_000_000;

  now(): number {
    return this.time;
  }

  async sleep(): Promise<void> {}
}

class FixedRandom extends Random {
  value = 0.5;

  bytes(size: number): Buffer {
    return Buffer.alloc(size);
  }

  override fraction(): number {
    return this.value;
  }
}

const adapter = { capabilities: { pollIntervalMs: 1000 } } as ProviderAdapter;
const options = { work: true, exclusive: true, scratchFolder: '', drainMs: 500 };

describe('CollectDelay', () => {
  const clock = new FakeClock();
  const batch = { deadlinePassedAt: new Date(2_000_000) } as BatchEntity;
  let part: PartEntity;
  let retried: ProviderCallError[];
  let delay: CollectDelay;
  const leased = () => ({ part, lease: { partId: 'p', fence: 1 } }) as LeasedPart;
  const awaits = (rows: number) => delay.awaitsMore(leased(), adapter, rows);

  beforeEach(() => {
    clock.time = 1_000_000;
    retried = [];
    part = {
      itemCount: 5,
      excluded: [] as PartEntity['excluded'],
      remoteId: 'r',
      failedWhole: false,
      agreeingReads: 0,
      rowsRead: null,
      remoteCounts: null,
    } as PartEntity;
    // Writes as the store does, so that each read sees what the one before it noted.
    const parts = { update: async (_: unknown, patch: PartPatch) => void Object.assign(part, patch) };
    const failures = { retryLater: async (_: LeasedPart, error: ProviderCallError) => void retried.push(error) };
    delay = new CollectDelay(
      parts as unknown as PartsStore,
      failures as unknown as StepFailures,
      new PollInterval(options, new FixedRandom(), clock),
      new Drain(options, clock),
    );
  });

  it('waits for nothing once every row is there', async () => {
    expect(await awaits(5)).toBe(false);
  });

  it('calls rows missing only after three fresh reads that agree', async () => {
    expect([await awaits(4), await awaits(4), await awaits(4)]).toEqual([true, true, false]);
    expect(part.dueAt).toEqual(new Date(1_001_000));
  });

  it('begins anew when a read finds another number of rows', async () => {
    expect([await awaits(3), await awaits(3), await awaits(4), await awaits(4), await awaits(4)]).toEqual([
      ...[true, true, true, true],
      false,
    ]);
  });

  it('asks twice as often when the provider counts more rows than it shows', async () => {
    part.remoteCounts = { total: 5, succeeded: 4, failed: 1 };
    const told = [];
    for (let read = 0; read < 6; read++) told.push(await awaits(4));
    expect(told).toEqual([true, true, true, true, true, false]);
    Object.assign(part, { agreeingReads: 0, rowsRead: null, remoteCounts: { total: 5, succeeded: 3, failed: 1 } });
    expect([await awaits(4), await awaits(4), await awaits(4)]).toEqual([true, true, false]);
  });

  it('waits for nothing where nothing ran', async () => {
    part.remoteId = null;
    expect(await awaits(0)).toBe(false);
    Object.assign(part, { remoteId: 'r', failedWhole: true });
    expect(await awaits(0)).toBe(false);
    expect(await awaits(1)).toBe(true);
  });

  it('reads again after a long downtime too: one read alone is no proof', async () => {
    clock.time = 9_000_000;
    expect(await awaits(0)).toBe(true);
  });

  it('gives results up after the drain only, and never for one bad moment', () => {
    part.failures = 10;
    clock.time = 2_000_499;
    expect(delay.isExhausted(part, batch, adapter)).toBe(false);
    clock.time = 2_000_500;
    expect(delay.isExhausted(part, batch, adapter)).toBe(true);
    part.failures = 9;
    expect(delay.isExhausted(part, batch, adapter)).toBe(false);
    part.failures = 10;
    expect(delay.isExhausted(part, { ...batch, deadlinePassedAt: null }, adapter)).toBe(false);
    const gemini = { capabilities: { cancel: 'discards' } } as ProviderAdapter;
    Object.assign(part, { remoteCounts: { total: 5, succeeded: 4, failed: 1 }, cancelSentAt: null });
    expect(delay.isExhausted(part, batch, gemini)).toBe(false);
  });

  it('tries again after a failure, as the provider said or with a failure of its own', async () => {
    const call = new ProviderCallError('openai', 'throttled', 'slow', { retryAfterMs: 5 });
    await delay.afterFailure(leased(), call);
    await delay.afterFailure(leased(), new IncompleteDownloadError('cut'));
    expect(retried[0]).toBe(call);
    expect(retried[1]).toMatchObject({ failure: 'ambiguous', message: 'cut' });
  });
});

describe('PollInterval', () => {
  const clock = new FakeClock();
  const random = new FixedRandom();
  const interval = new PollInterval(options, random, clock);
  const after = (when: Date) => when.getTime() - clock.time;

  it("is the provider's, or the option in its place, a tenth either way", () => {
    const own = new PollInterval({ ...options, pollIntervalMs: 10 }, random, clock);
    for (const [fraction, wait] of [
      [0, 900],
      [0.5, 1000],
      [1, 1100],
    ] as const) {
      random.value = fraction;
      expect(after(interval.nextPoll(adapter))).toBe(wait);
      expect(after(own.nextPoll(adapter))).toBe(wait / 100);
    }
  });

  it('is quiet for three polls before a look-up', () => {
    expect(after(interval.nextLookup(adapter))).toBe(3000);
  });

  it('waits for room ever longer, a quarter of an hour at most', () => {
    const waits = [1, 2, 3, 20].map((attempts) => after(interval.nextRoom(adapter, attempts)));
    expect(waits).toEqual([3000, 6000, 12_000, 900_000]);
  });
});
