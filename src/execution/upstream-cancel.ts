import { Injectable } from '@nestjs/common';
import { showsNothingRan } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { PartPatch } from '../batches/parts.store';
import { Clock } from '../common/clock';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { Drain } from './drain';
import type { LeasedPart } from './part-leases';

/** Tells the provider that the rest of a job is not wanted, with every poll until the job shows that it has heard. */
@Injectable()
export class UpstreamCancel {
  constructor(
    private readonly drain: Drain,
    private readonly clock: Clock,
  ) {}

  /** Resolves to why the provider did not take the cancel, or null; the job goes on being polled either way. */
  async send({ part, signal }: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter) {
    if (part.remoteId === null || !isToBeSent(part) || this.isWaitedFor(part, batch, adapter)) return null;
    try {
      await adapter.cancel(part.remoteId, signal);
    } catch (error) {
      if (error instanceof ProviderCallError) return error;
      throw error;
    }
    return null;
  }

  /** A provider that cannot stop a job, or would throw away what is paid for, is waited for; the latter as long as there is time. */
  private isWaitedFor(part: PartEntity, batch: BatchEntity, adapter: ProviderAdapter): boolean {
    const { cancel } = adapter.capabilities;
    if (cancel === 'discards') return !showsNothingRan(part) && !this.drain.isOver(part, batch, adapter);
    return cancel === 'none';
  }

  /** What is to be noted once the job was looked at: some vendors refuse a cancel of a job that has not begun, and only then take it. */
  heard(part: PartEntity, { state }: RemoteBatch): PartPatch {
    return isToBeSent(part) && state === 'cancelling' ? { cancelSentAt: new Date(this.clock.now()) } : {};
  }
}

function isToBeSent({ stopReason, cancelSentAt }: PartEntity): boolean {
  return stopReason !== null && cancelSentAt === null;
}
