import fc from 'fast-check';
import { BATCH_MOVES, isTerminal, type BatchStatus } from './batch-status';
import { deriveStatus } from './derive-status';
import { PART_MOVES, type PartState } from './part-state';

type Part = Parameters<typeof deriveStatus>[1][number];

const REMOTE = ['validating', 'in_progress', 'finalizing', 'cancelling'] as const;
const ITEMS = 3;
const NOW = new Date(0);

/** One move of a random walk; numbers choose among what is allowed at that point. */
interface Move {
  readonly what: 'part' | 'poll' | 'cancel' | 'deadline';
  readonly part: number;
  readonly choice: number;
}

/** A batch and its parts as the handlers may leave them after each transaction. */
class Walk {
  readonly batch = {
    status: 'validating' as BatchStatus,
    cancellingAt: null as Date | null,
    deadlinePassedAt: null as Date | null,
  };
  readonly parts: { -readonly [K in keyof Part]: Part[K] }[];

  constructor(count: number) {
    const queued = { state: 'queued', remoteId: null, remoteState: null, failedWhole: false } as const;
    this.parts = Array.from({ length: count }, () => ({ ...queued, succeeded: 0, notRun: 0, itemCount: ITEMS }));
  }

  get stopping(): boolean {
    return this.batch.cancellingAt !== null || this.batch.deadlinePassedAt !== null;
  }

  step({ what, part: at, choice }: Move): void {
    if (isTerminal(this.batch.status)) return;
    const part = this.parts[at % this.parts.length]!;
    if (what === 'cancel') this.cancel();
    else if (what === 'deadline') this.batch.deadlinePassedAt = NOW;
    else if (what === 'poll' && part.state === 'running') part.remoteState = REMOTE[choice % REMOTE.length]!;
    else if (what === 'part') this.move(part, choice);
    this.refresh();
  }

  /** As the service writes it: at once, over whatever the batch was. */
  private cancel(): void {
    if (this.batch.cancellingAt) return;
    expect(BATCH_MOVES[this.batch.status]).toContain('cancelling');
    Object.assign(this.batch, { status: 'cancelling', cancellingAt: NOW });
  }

  private move(part: Walk['parts'][number], choice: number): void {
    const allowed = PART_MOVES[part.state];
    const next = allowed[choice % allowed.length];
    if (next === undefined) return;
    if (next === 'running') Object.assign(part, { remoteId: 'r', remoteState: REMOTE[choice % REMOTE.length] });
    if (next === 'queued') Object.assign(part, { remoteId: null, remoteState: null });
    if (next === 'collecting') this.endUpstream(part, part.state, choice);
    if (next === 'ended') this.end(part, choice);
    part.state = next;
  }

  private endUpstream(part: Walk['parts'][number], from: PartState, choice: number): void {
    if (from !== 'running') part.failedWhole = !this.stopping;
    else if (choice % 5 === 0) Object.assign(part, { remoteState: 'failed', failedWhole: true });
    else part.remoteState = this.stopping && choice % 2 === 0 ? 'cancelled' : 'completed';
  }

  private end(part: Walk['parts'][number], choice: number): void {
    if (part.failedWhole) return;
    if (part.remoteState === 'completed') part.succeeded = choice % (ITEMS + 1);
    else part.notRun = part.remoteState === null ? ITEMS : choice % (ITEMS + 1);
  }

  /** What every transaction ends with; a batch that goes backwards is a bug. */
  private refresh(): void {
    const status = deriveStatus(this.batch, this.parts);
    if (status !== this.batch.status) expect(BATCH_MOVES[this.batch.status]).toContain(status);
    this.batch.status = status;
  }
}

const move: fc.Arbitrary<Move> = fc.record({
  what: fc.oneof(
    { arbitrary: fc.constant('part' as const), weight: 20 },
    { arbitrary: fc.constant('poll' as const), weight: 4 },
    fc.constantFrom('cancel' as const, 'deadline' as const),
  ),
  part: fc.nat(3),
  choice: fc.nat(59),
});

describe('a batch over random walks of its parts', () => {
  it('never goes back, ends when its parts have, and ends with the right status', () => {
    const ends = new Set<BatchStatus>();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(move, { minLength: 5, maxLength: 120 }), (count, moves) => {
        const walk = new Walk(count);
        for (const each of moves) walk.step(each);
        finish(walk);
        expect(walk.batch.status).toBe(expectedEnd(walk));
        ends.add(walk.batch.status);
      }),
      { seed: 20274, numRuns: 1500 },
    );
    expect([...ends].sort()).toEqual(['cancelled', 'completed', 'expired', 'failed']);
  });

  /** Takes every part on to its end, by moves that are allowed. */
  function finish(walk: Walk): void {
    for (let at = 0; at < walk.parts.length; at++) {
      while (walk.parts[at]!.state !== 'ended') {
        const before = walk.parts[at]!.state;
        walk.step({ what: 'part', part: at, choice: PART_MOVES[before].findIndex((next) => next === 'collecting') });
        if (before === 'collecting') walk.step({ what: 'part', part: at, choice: 0 });
      }
    }
  }

  /** The lower half of the architecture's table. */
  function expectedEnd({ batch, parts }: Walk): BatchStatus {
    const notRun = parts.some((part) => part.notRun > 0);
    if (parts.every((part) => part.failedWhole && part.succeeded === 0)) return 'failed';
    if (batch.cancellingAt && notRun) return 'cancelled';
    return batch.deadlinePassedAt && notRun ? 'expired' : 'completed';
  }
});
