import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PartSlots } from '../batches/part-slots';
import { ProviderPauses } from '../providers/provider-pauses';
import { ProviderRegistry } from '../providers/provider-registry';
import type { LeasedPart } from './part-leases';

/** The limit of jobs that are open at a provider at once. */
@Injectable()
export class Slots {
  constructor(
    private readonly slots: PartSlots,
    private readonly registry: ProviderRegistry,
    private readonly pauses: ProviderPauses,
  ) {}

  /** Puts a part in flight by `claim`; false when it has to wait, which is noted. */
  async take({ part, lease }: LeasedPart, claim: (tx?: EntityManager) => Promise<void>): Promise<boolean> {
    const max = this.registry.maxConcurrentJobs(part.provider);
    if (max !== null) return this.slots.take(lease, { provider: part.provider, max }, claim);
    await claim();
    return true;
  }

  /** Wakes parts that wait though there are slots: one came free while they were about to wait, or the limit was raised. */
  async wakeWaiting(): Promise<void> {
    for (const provider of await this.slots.awaited()) {
      const reached = this.registry.findAdapter(provider) && this.pauses.pausedUntil(provider) === null;
      if (reached) await this.slots.wakeForSlots(provider, this.registry.maxConcurrentJobs(provider));
    }
  }
}
