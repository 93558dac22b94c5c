import { Injectable } from '@nestjs/common';
import { attemptOf } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { PartsStore, type PartPatch } from '../batches/parts.store';
import { Clock } from '../common/clock';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import { ExecutionMetrics } from './execution-metrics';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';
import { StepFailures } from './step-failures';

/** Empty look-ups, a quiet period apart, before the attempt is withdrawn. */
export const LOOKUPS_BEFORE_WITHDRAWAL = 2;

/**
 * Finds out whether a create that was sent without a clear answer took place. An empty list is no proof: it is looked for
 * again after a quiet period, then its input is withdrawn, so that it cannot run any more, and it is looked for once more.
 */
@Injectable()
export class RecoveryStep {
  constructor(
    private readonly parts: PartsStore,
    private readonly ends: AttemptEnds,
    private readonly failures: StepFailures,
    private readonly interval: PollInterval,
    private readonly clock: Clock,
    private readonly metrics: ExecutionMetrics,
  ) {}

  /** For a part that is `submitting` and whose create was sent. */
  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    if (adapter.capabilities.recovery === 'none') return this.ends.park(leased);
    try {
      await this.lookUp(leased, batch, adapter);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      await this.failures.retryLater(leased, error);
    }
  }

  private async lookUp(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    const { part, signal } = leased;
    const attempt = attemptOf(part, batch);
    const found = await adapter.find(attempt, signal);
    this.metrics.lookups.inc({ provider: part.provider, outcome: found ? 'found' : 'not_found' });
    if (found) return this.ends.adopt(leased, adapter, found);
    if (part.withdrawnAt) return part.stopReason ? this.ends.giveUp(leased) : this.ends.startAgain(leased);
    if (part.lookups < LOOKUPS_BEFORE_WITHDRAWAL) return this.lookAgain(leased, adapter, { lookups: part.lookups + 1 });
    // Nothing of ours could be taken away there: a create that is on its way may still take place, or took place and cannot be told.
    if (adapter.capabilities.recovery === 'results') return this.ends.park(leased);
    await adapter.withdraw(attempt, signal);
    await this.lookAgain(leased, adapter, { withdrawnAt: new Date(this.clock.now()) });
  }

  private async lookAgain({ lease }: LeasedPart, adapter: ProviderAdapter, patch: PartPatch): Promise<void> {
    await this.parts.update(lease, { ...patch, dueAt: this.interval.nextLookup(adapter), failures: 0 });
  }
}
