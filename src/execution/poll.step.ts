import { Injectable } from '@nestjs/common';
import { leftoverOf } from '../batches/attempt';
import { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartPatch } from '../batches/parts.store';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ENDED_STATES } from '../providers/contract/ended-states';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import { toPartErrors } from './excluded-items';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';
import { LOOKUPS_BEFORE_WITHDRAWAL } from './recovery.step';
import { StepFailures } from './step-failures';
import { UpstreamCancel } from './upstream-cancel';

/** Follows an upstream job: tells it to stop when that is wanted, and asks where it stands. */
@Injectable()
export class PollStep {
  constructor(
    private readonly cancel: UpstreamCancel,
    private readonly progress: BatchProgress,
    private readonly ends: AttemptEnds,
    private readonly failures: StepFailures,
    private readonly interval: PollInterval,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    const { part } = leased;
    if (part.remoteId === null) throw new Error(`The part ${part.id} runs without a job`);
    const cancelError = await this.cancel.send(leased, batch, adapter);
    let remote: RemoteBatch;
    try {
      remote = await this.ask(leased, part.remoteId, adapter);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      return this.pollFailed(leased, adapter, error);
    }
    if (ENDED_STATES.includes(remote.state)) return this.ended(leased, batch, adapter, remote);
    const again = cancelError
      ? { dueAt: await this.failures.nextTry(part, cancelError), failures: part.failures + 1 }
      : { dueAt: this.interval.nextPoll(adapter), failures: 0 };
    const patch = { ...seen(remote), ...again, ...this.cancel.heard(part, remote) };
    await this.progress.note(leased.lease, part.batchId, patch);
  }

  /** Anew when the job was told to stop since it was asked about. */
  private async ask({ part, signal, answer }: LeasedPart, remoteId: string, adapter: ProviderAdapter) {
    if (!answer || part.stopReason !== null) return adapter.poll(remoteId, signal);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }

  private async ended(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    remote: RemoteBatch,
  ): Promise<void> {
    const { part, lease } = leased;
    if (remote.state === 'failed' && remote.retryable && part.stopReason === null) {
      const leftover = await this.ends.withdraw(leased, batch, adapter);
      return this.ends.awaitRoom(leased, this.interval.nextRoom(adapter, part.attempts), leftover);
    }
    if (remote.ranNothing && mayBeWithdrawn(part, adapter)) return this.withdrawnInTime(leased, batch);
    if (remote.ranNothing && (await this.ends.startWithout(leased, batch, adapter, remote.errors))) return;
    const failedWhole = remote.state === 'failed' && (remote.counts?.succeeded ?? 0) === 0;
    const patch = { ...seen(remote), failedWhole, errors: toPartErrors(part, remote.errors) };
    await this.progress.move(lease, part.batchId, { from: 'running', to: 'collecting', patch });
  }

  /** The create took place after all, and failed since its input was gone: that is our doing, and no reason of the provider's. */
  private async withdrawnInTime(leased: LeasedPart, batch: BatchEntity): Promise<void> {
    const leftover = leftoverOf(leased.part, batch);
    await (leased.part.stopReason === null
      ? this.ends.startAgain(leased, { leftover })
      : this.ends.giveUp(leased, leftover));
  }

  /** Soon after the create a 404 means that the job is not visible yet. */
  private async pollFailed(leased: LeasedPart, adapter: ProviderAdapter, error: ProviderCallError): Promise<void> {
    const hidden = this.failures.mayShowLater(error, leased.part.createSentAt, adapter);
    if (!hidden) return this.failures.retryLater(leased, error, 'poll');
    await this.progress.note(leased.lease, leased.part.batchId, { dueAt: this.interval.nextPoll(adapter) });
  }
}

/**
 * That its input was taken away may not be noted: the answer to that may have been lost. A job that was found just before it would have been
 * is sent once more for nothing.
 */
function mayBeWithdrawn({ withdrawnAt, lookups }: LeasedPart['part'], { capabilities }: ProviderAdapter): boolean {
  return withdrawnAt !== null || (capabilities.recovery === 'lookup' && lookups >= LOOKUPS_BEFORE_WITHDRAWAL);
}

function seen({ state, counts }: RemoteBatch): PartPatch {
  return { remoteState: state, remoteCounts: counts };
}
