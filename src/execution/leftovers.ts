import { Injectable } from '@nestjs/common';
import { LeftoversStore, type Leftover } from '../batches/leftovers.store';
import { ProviderRegistry } from '../providers/provider-registry';
import type { ProviderAdapter } from '../providers/contract/adapter';

/** Removes from providers what attempts left there, by names that we stored and no other. */
@Injectable()
export class Leftovers {
  constructor(
    private readonly store: LeftoversStore,
    private readonly registry: ProviderRegistry,
  ) {}

  /** Safe to repeat. Throws {@link ProviderCallError}; the note then stays. False while the provider is not configured. */
  async remove(leftover: Leftover, signal: AbortSignal): Promise<boolean> {
    const adapter = this.registry.findAdapter(leftover.provider);
    if (!adapter) return false;
    await this.call(adapter, leftover, signal);
    await this.store.delete(leftover.attempt);
    return true;
  }

  private call(adapter: ProviderAdapter, { attempt, remoteId }: Leftover, signal: AbortSignal): Promise<void> {
    return remoteId === null ? adapter.withdraw(attempt, signal) : adapter.cleanup(attempt, remoteId, signal);
  }
}
