import { Inject, Injectable } from '@nestjs/common';
import { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import { type PartPatch } from '../batches/parts.store';
import { Clock } from '../common/clock';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';
import { StepFailures } from './step-failures';

const ENDED_STATES: readonly RemoteBatch['state'][] = ['completed', 'failed', 'expired', 'cancelled'];

/** Follows an upstream job: tells it to stop when that is wanted, and asks where it stands. */
@Injectable()
export class PollStep {
  constructor(
    private readonly progress: BatchProgress,
    private readonly ends: AttemptEnds,
    private readonly failures: StepFailures,
    private readonly interval: PollInterval,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    const { part, signal } = leased;
    if (part.remoteId === null) throw new Error(`The part ${part.id} runs without a job`);
    try {
      const patch = await this.cancelUpstream(part, part.remoteId, adapter, signal);
      const remote = await adapter.poll(part.remoteId, signal);
      await this.note(leased, batch, adapter, remote, patch);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      await this.pollFailed(leased, adapter, error);
    }
  }

  private async cancelUpstream(
    part: PartEntity,
    remoteId: string,
    adapter: ProviderAdapter,
    signal: AbortSignal,
  ): Promise<PartPatch> {
    if (part.stopReason === null || part.cancelSentAt !== null) return {};
    await adapter.cancel(remoteId, signal);
    return { cancelSentAt: new Date(this.clock.now()) };
  }

  private async note(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    remote: RemoteBatch,
    patch: PartPatch,
  ): Promise<void> {
    const { part, lease } = leased;
    const seen = { ...patch, remoteState: remote.state, remoteCounts: remote.counts };
    const dueAt = new Date(this.clock.now() + this.interval.next(adapter));
    if (remote.state === 'failed' && remote.retryable && part.stopReason === null) {
      await this.ends.withdraw(leased, batch, adapter);
      return this.ends.startAgain(leased, new Date(this.clock.now() + this.interval.capacity(adapter, part.attempts)));
    }
    if (!ENDED_STATES.includes(remote.state))
      return this.progress.note(lease, part.batchId, { ...seen, dueAt, failures: 0 });
    const failedWhole = remote.state === 'failed' && (remote.counts?.succeeded ?? 0) === 0;
    const errors = remote.errors.map(({ code, message, line }) => ({ code, message, ...(line !== null && { line }) }));
    const change = { ...seen, failedWhole, errors };
    await this.progress.move(lease, part.batchId, { from: 'running', to: 'collecting', patch: change });
  }

  /** Soon after the create a 404 means that the job is not visible yet. */
  private async pollFailed(leased: LeasedPart, adapter: ProviderAdapter, error: ProviderCallError): Promise<void> {
    const age = this.clock.now() - (leased.part.createSentAt?.getTime() ?? 0);
    const notVisibleYet = error.failure === 'not_found' && age < adapter.capabilities.notFoundGraceMs;
    if (!notVisibleYet) return this.failures.retryLater(leased, error);
    const dueAt = new Date(this.clock.now() + this.interval.next(adapter));
    await this.progress.note(leased.lease, leased.part.batchId, { dueAt });
  }
}
