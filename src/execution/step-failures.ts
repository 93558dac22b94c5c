import { Inject, Injectable } from '@nestjs/common';
import type { PartEntity } from '../batches/part.entity';
import { PartsStore, type PartPatch } from '../batches/parts.store';
import { backoffMs } from '../common/backoff';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import { SafeLogger } from '../common/safe-logger';
import type { ProviderAdapter } from '../providers/contract/adapter';
import type { ProviderCallError } from '../providers/contract/errors';
import { ProviderPauses } from '../providers/provider-pauses';
import { ExecutionMetrics } from './execution-metrics';
import type { LeasedPart } from './part-leases';

/** A provider may ask for patience, within reason. */
const LONGEST_RETRY_AFTER_MS = 600_000;
/** Polls cost the provider little, and we hear of nothing without them. */
const LONGEST_POLL_PAUSE_MS = 60_000;
const REFUSED_MS = 60_000;

/** What the failed call was for: a provider that asks for patience with one kind is asked for another all the same. */
export type Call = 'submit' | 'poll' | 'other';

const PAUSED_BY = {
  submit: { calls: 'submits', longestMs: LONGEST_RETRY_AFTER_MS },
  poll: { calls: 'polls', longestMs: LONGEST_POLL_PAUSE_MS },
  other: null,
} as const;

/** What a failure does to a part: it waits, as long as the provider says or with growing patience. */
@Injectable()
export class StepFailures {
  private readonly logger = new SafeLogger(StepFailures.name);

  constructor(
    private readonly parts: PartsStore,
    private readonly pauses: ProviderPauses,
    private readonly clock: Clock,
    @Inject(Random) private readonly random: Random,
    private readonly metrics: ExecutionMetrics,
  ) {}

  /** Puts the part's next try off; `patch` is written with it. */
  async retryLater(
    { part, lease }: LeasedPart,
    error: ProviderCallError,
    call: Call = 'other',
    patch: PartPatch = {},
  ): Promise<void> {
    const dueAt = await this.nextTry(part, error, call);
    await this.parts.update(lease, { ...patch, failures: part.failures + 1, dueAt });
  }

  /** As {@link retryLater}, for what nobody foresaw: a part never spins, and never stands still either. */
  async retryUnexpected({ part, lease }: LeasedPart, error: unknown): Promise<void> {
    this.metrics.stepsFailed.inc({ state: part.state });
    this.logger.error(
      { err: error, batch_id: part.batchId, part_id: part.id },
      'A step failed for a reason that nobody foresaw',
    );
    const dueAt = new Date(this.clock.now() + backoffMs(part.failures, this.random));
    await this.parts.update(lease, { failures: part.failures + 1, dueAt });
  }

  /** Whether a 404 may only mean that the provider does not show yet what it took at `since`. */
  mayShowLater(error: ProviderCallError, since: Date | null, adapter: ProviderAdapter): boolean {
    const age = this.clock.now() - (since?.getTime() ?? 0);
    return error.failure === 'not_found' && age <= adapter.capabilities.notFoundGraceMs;
  }

  /** Tells of a failed call, and when to try again; what the provider means for all calls of that kind is noted for all. */
  async nextTry(part: PartEntity, error: ProviderCallError, call: Call = 'other'): Promise<Date> {
    const { failure, message, details } = error;
    const due = new Date(await this.dueMs(part, error, call));
    const { id: part_id, batchId: batch_id, provider } = part;
    this.logger.warn(
      { batch_id, part_id, provider, failure, ...details, due_at: due },
      `A call to the provider failed: ${message}`,
    );
    return due;
  }

  private async dueMs({ provider, failures }: PartEntity, error: ProviderCallError, call: Call): Promise<number> {
    const { failure, details } = error;
    const now = this.clock.now();
    if (failure === 'unauthorized') {
      return this.pauses.pause({ provider, calls: 'submits', reason: 'credentials', until: now + REFUSED_MS });
    }
    const asked = Math.min(details.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    const paused = failure === 'throttled' && asked > 0 ? PAUSED_BY[call] : null;
    if (paused) {
      const until = now + Math.min(asked, paused.longestMs);
      await this.pauses.pause({ provider, calls: paused.calls, reason: 'rate', until });
    }
    return now + Math.max(asked, backoffMs(failures, this.random));
  }
}
