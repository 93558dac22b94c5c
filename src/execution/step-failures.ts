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
import type { LeasedPart } from './part-leases';

/** A provider may ask for patience, within reason. */
const LONGEST_RETRY_AFTER_MS = 600_000;

/** What a failure does to a part: it waits, as long as the provider says or with growing patience. */
@Injectable()
export class StepFailures {
  private readonly logger = new SafeLogger(StepFailures.name);

  constructor(
    private readonly parts: PartsStore,
    private readonly pauses: ProviderPauses,
    private readonly clock: Clock,
    @Inject(Random) private readonly random: Random,
  ) {}

  /** Puts the part's next try off; `patch` is written with it. */
  async retryLater({ part, lease }: LeasedPart, error: ProviderCallError, patch: PartPatch = {}): Promise<void> {
    const dueAt = this.nextTry(part, error);
    await this.parts.update(lease, { ...patch, failures: part.failures + 1, dueAt });
  }

  /** As {@link retryLater}, for what nobody foresaw: a part never spins, and never stands still either. */
  async retryUnexpected({ part, lease }: LeasedPart, error: unknown): Promise<void> {
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

  /** Tells of a failed call, and when to try again. */
  nextTry(part: PartEntity, error: ProviderCallError): Date {
    const { failure, message, details } = error;
    const due = new Date(this.dueMs(part, error));
    const { id: part_id, batchId: batch_id, provider } = part;
    this.logger.warn(
      { batch_id, part_id, provider, failure, ...details, due_at: due },
      `A call to the provider failed: ${message}`,
    );
    return due;
  }

  /** Whether the provider is paused for all; if so, the part's next try is put off until it is not. */
  async waitsForProvider({ part, lease }: LeasedPart): Promise<boolean> {
    const until = part.stopReason === null ? this.pauses.pausedUntil(part.provider) : null;
    if (until !== null) await this.parts.update(lease, { dueAt: new Date(until) });
    return until !== null;
  }

  private dueMs({ provider, failures }: PartEntity, { failure, details }: ProviderCallError): number {
    if (failure === 'unauthorized') return this.pauses.pause(provider);
    const asked = Math.min(details.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    return this.clock.now() + Math.max(asked, backoffMs(failures, this.random));
  }
}
