import { Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import { ProviderRegistry } from '../providers/provider-registry';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { CollectStep } from './collect.step';
import type { LeasedPart } from './part-leases';
import { PartSteps } from './part-steps';
import { StepFailures } from './step-failures';
import { WaitingEnd } from './waiting-end';

/** Chooses what a part gets by its state, with or without its provider: one that is no longer configured ends nobody's batch early. */
@Injectable()
export class PartDispatch {
  constructor(
    private readonly registry: ProviderRegistry,
    private readonly steps: PartSteps,
    private readonly collect: CollectStep,
    private readonly waitingEnd: WaitingEnd,
    private readonly failures: StepFailures,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity): Promise<void> {
    const { part } = leased;
    const adapter = this.registry.findAdapter(part.provider);
    switch (part.state) {
      case 'needs_operator':
        return this.waitingEnd.ofParked(leased);
      case 'collecting':
        return this.collect.run(leased, batch, adapter);
      case 'queued':
      case 'submitting':
      case 'running':
        return this.step(leased, batch, adapter);
      case 'ended':
        return;
    }
  }

  /** Ends the waiting afterwards, if it is time, whether the step went well or not. */
  private async step(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter | undefined): Promise<void> {
    try {
      if (adapter) await this.steps.run(leased, batch, adapter);
      else if (!(await this.waitingEnd.ofUnsent(leased))) {
        await this.failures.retryLater(leased, notConfigured(leased.part.provider));
      }
    } finally {
      await this.waitingEnd.afterStep(leased, batch, adapter);
    }
  }
}

function notConfigured(provider: string): ProviderCallError {
  return new ProviderCallError(provider, 'unreachable', 'The provider is no longer configured');
}
