import { Injectable } from '@nestjs/common';
import { LeftoversStore, type Leftover } from '../batches/leftovers.store';
import { ProviderRegistry } from '../providers/provider-registry';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ENDED_STATES } from '../providers/contract/ended-states';
import { ProviderCallError } from '../providers/contract/errors';

/** Removes from providers what attempts left there, by names that we stored and no other. */
@Injectable()
export class Leftovers {
  constructor(
    private readonly store: LeftoversStore,
    private readonly registry: ProviderRegistry,
  ) {}

  /** Safe to repeat. Throws {@link ProviderCallError}; the note then stays. False while the provider is not configured or the job runs on. */
  async remove(leftover: Leftover, signal: AbortSignal): Promise<boolean> {
    const adapter = this.registry.findAdapter(leftover.provider);
    if (!adapter) return false;
    const isOver = leftover.ended || adapter.capabilities.removalStops;
    if (!isOver && !(await this.hasEnded(adapter, leftover, signal))) return false;
    await this.call(adapter, leftover, signal);
    await this.store.delete(leftover);
    return true;
  }

  /** A job that runs on would leave its results behind what is removed now: it is told to stop, and removed another time. */
  private async hasEnded(adapter: ProviderAdapter, { remoteId }: Leftover, signal: AbortSignal): Promise<boolean> {
    if (remoteId === null) return true;
    try {
      const { state } = await adapter.poll(remoteId, signal);
      if (ENDED_STATES.includes(state)) return true;
    } catch (error) {
      if (error instanceof ProviderCallError && error.failure === 'not_found') return true;
      throw error;
    }
    if (adapter.capabilities.cancel !== 'none') await adapter.cancel(remoteId, signal);
    return false;
  }

  private call(adapter: ProviderAdapter, { attempt, remoteId }: Leftover, signal: AbortSignal): Promise<void> {
    return remoteId === null ? adapter.withdraw(attempt, signal) : adapter.cleanup(attempt, remoteId, signal);
  }
}
