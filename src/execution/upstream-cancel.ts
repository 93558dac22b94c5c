import { Injectable } from '@nestjs/common';
import { PartsStore } from '../batches/parts.store';
import { Clock } from '../common/clock';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import type { LeasedPart } from './part-leases';

/** Tells the provider, once, that the rest of a job is not wanted. */
@Injectable()
export class UpstreamCancel {
  constructor(
    private readonly parts: PartsStore,
    private readonly clock: Clock,
  ) {}

  /** Resolves to why the provider did not take the cancel, or null; the job goes on being polled either way. */
  async send({ part, lease, signal }: LeasedPart, remoteId: string, adapter: ProviderAdapter) {
    // A provider that cannot stop a job, or would throw away what is paid for, is waited for.
    if (adapter.capabilities.cancel === 'none') return null;
    if (part.stopReason === null || part.cancelSentAt !== null) return null;
    try {
      await adapter.cancel(remoteId, signal);
    } catch (error) {
      if (error instanceof ProviderCallError) return error;
      throw error;
    }
    await this.parts.update(lease, { cancelSentAt: new Date(this.clock.now()) });
    return null;
  }
}
