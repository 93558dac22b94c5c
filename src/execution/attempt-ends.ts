import { Injectable } from '@nestjs/common';
import { attemptOf, leftoverOf, NO_ATTEMPT } from '../batches/attempt';
import { BatchProgress, type PartMove } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { Leftover } from '../batches/leftovers.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import type { ProviderAdapter, RemoteBatch, RemoteError } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { excludeNamed, toPartErrors } from './excluded-items';
import { ExecutionMetrics } from './execution-metrics';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';

/** What the attempt that follows one begins with. */
interface NextAttempt {
  readonly dueAt?: Date;
  readonly failures?: number;
  readonly leftover?: Leftover | undefined;
}

/** How an attempt ends: its job is known, it certainly did not take place, nobody can tell, or the provider refused it. */
@Injectable()
export class AttemptEnds {
  private readonly logger = new SafeLogger(AttemptEnds.name);

  constructor(
    private readonly progress: BatchProgress,
    private readonly interval: PollInterval,
    private readonly clock: Clock,
    private readonly metrics: ExecutionMetrics,
  ) {}

  /** The upstream job is known: from now on it is polled. */
  async adopt(
    { part, lease }: LeasedPart,
    adapter: ProviderAdapter,
    remote: RemoteBatch,
    before?: PartMove['before'],
  ): Promise<void> {
    const dueAt = this.interval.nextPoll(adapter);
    const patch = { remoteId: remote.id, remoteState: remote.state, remoteCounts: remote.counts, dueAt };
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'running', patch, before });
    const { batchId: batch_id, id: part_id, provider } = part;
    this.logger.log({ batch_id, part_id, provider, remote_id: remote.id }, 'A part was submitted');
  }

  /** Nothing took place and nothing is to: the items are written out as not run. */
  async giveUp({ part, lease }: LeasedPart, leftover?: Leftover): Promise<void> {
    const { batchId, state: from } = part;
    await this.progress.move(lease, batchId, { from, to: 'collecting', patch: NO_ATTEMPT, leftover });
  }

  /** Waits no longer for the provider, whether it has the job or nobody can tell: what it holds is read, the rest written out. */
  async stopWaiting({ part, lease }: LeasedPart): Promise<void> {
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'collecting', patch: {} });
  }

  /** Nothing took place: a new attempt may begin at `dueAt`, by default at once, and failures so far still count. */
  async startAgain({ part, lease }: LeasedPart, { dueAt, failures, leftover }: NextAttempt = {}): Promise<void> {
    const when = { dueAt: dueAt ?? new Date(this.clock.now()), failures: failures ?? part.failures };
    const patch = { ...NO_ATTEMPT, ...when };
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'queued', patch, leftover });
  }

  /** Nothing took place since the provider is full: a new attempt may begin at `dueAt`, or as soon as another job has ended there. */
  async awaitRoom({ part, lease }: LeasedPart, dueAt: Date, leftover?: Leftover): Promise<void> {
    const patch = { ...NO_ATTEMPT, dueAt, waitsFor: 'room' as const };
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'queued', patch, leftover });
  }

  /** The provider cannot be asked: only an operator can tell whether the create took place. */
  async park({ part, lease }: LeasedPart): Promise<void> {
    await this.progress.move(lease, part.batchId, { from: 'submitting', to: 'needs_operator', patch: {} });
    this.metrics.parked.inc({ provider: part.provider });
    this.logger.error(
      { batch_id: part.batchId, part_id: part.id },
      'A part needs an operator: its create had no answer',
    );
  }

  /** The provider refused the part before anything ran. */
  async refuse(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    error: ProviderCallError,
  ): Promise<void> {
    const { part, lease } = leased;
    const {
      code = 'provider_rejected',
      line = null,
      reasons = [{ code, message: error.message, line }],
    } = error.details;
    if (await this.startWithout(leased, batch, adapter, reasons)) return;
    const leftover = await this.withdraw(leased, batch, adapter);
    const errors = toPartErrors(part, reasons);
    const patch = { ...NO_ATTEMPT, failedWhole: true, errors };
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'collecting', patch, leftover });
  }

  /**
   * The provider refused the whole part before anything ran. Where it names the lines at fault, only their items end with its
   * reason and the rest may be sent again; false when that is not to be.
   */
  async startWithout(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    reasons: readonly RemoteError[],
  ): Promise<boolean> {
    const { part, lease } = leased;
    const excluded = part.stopReason === null ? excludeNamed(part, reasons) : null;
    const isEnough = excluded && part.itemCount - excluded.length >= Math.max(1, adapter.capabilities.minItems);
    if (!isEnough) return false;
    const leftover = await this.withdraw(leased, batch, adapter);
    const patch = { ...NO_ATTEMPT, excluded, resubmissions: part.resubmissions + 1 };
    await this.progress.move(lease, part.batchId, { from: part.state, to: 'queued', patch, leftover });
    const { batchId: batch_id, id: part_id, provider } = part;
    const refused = excluded.length - part.excluded.length;
    this.metrics.resubmissions.inc({ provider });
    this.metrics.itemsRefused.inc({ provider }, refused);
    this.metrics.itemsResubmitted.inc({ provider }, part.itemCount - excluded.length);
    this.logger.warn(
      { batch_id, part_id, provider, refused, resubmission: patch.resubmissions },
      'The provider refused items of a part: the rest is sent without them',
    );
    return true;
  }

  /**
   * Removes the attempt's input from the provider where that is only tidiness; resolves to what is then still to be removed, such as a job that
   * has failed.
   */
  async withdraw(
    { part, signal }: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
  ): Promise<Leftover | undefined> {
    try {
      await adapter.withdraw(attemptOf(part, batch), signal);
      return part.remoteId === null ? undefined : leftoverOf(part, batch);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      const { batchId: batch_id, id: part_id, provider } = part;
      this.logger.warn({ err: error, batch_id, part_id, provider }, 'The input of a part was left at the provider');
      return leftoverOf(part, batch);
    }
  }
}
