import { Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import { PartsStore } from '../batches/parts.store';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { AttemptEnds } from './attempt-ends';
import { Drain } from './drain';
import type { LeasedPart } from './part-leases';

/** Ends the waiting for a provider: a parked part's as soon as it is to stop, any other's when the drain is over. */
@Injectable()
export class WaitingEnd {
  constructor(
    private readonly parts: PartsStore,
    private readonly ends: AttemptEnds,
    private readonly drain: Drain,
  ) {}

  async ofParked(leased: LeasedPart): Promise<void> {
    if (leased.part.stopReason !== null) await this.ends.stopWaiting(leased);
  }

  /** Ends a part that is to stop and of which nothing was created, which takes no provider; false for any other. */
  async ofUnsent(leased: LeasedPart): Promise<boolean> {
    const { stopReason, createSentAt, remoteId } = leased.part;
    if (stopReason === null || createSentAt !== null || remoteId !== null) return false;
    await this.ends.stopWaiting(leased);
    return true;
  }

  /** After a step, which was the last chance of a part whose drain is over. */
  async afterStep(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter | undefined): Promise<void> {
    if (!this.drain.isOver(leased.part, batch, adapter)) return;
    const part = await this.parts.find(leased.part.id);
    if (!part || !['queued', 'submitting', 'running'].includes(part.state)) return;
    // The step may have seen the first items run.
    if (this.drain.isOver(part, batch, adapter)) await this.ends.stopWaiting({ ...leased, part });
  }
}
