import { Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import { attemptOf, leftoverOf } from './attempt';
import type { LeasedPart } from './part-leases';
import { StepFailures } from './step-failures';

/** Drops an attempt whose create was never sent: its upload may or may not have arrived, or the part is to stop. */
@Injectable()
export class AbandonStep {
  constructor(
    private readonly ends: AttemptEnds,
    private readonly failures: StepFailures,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    if (leased.part.stopReason !== null) {
      return this.ends.giveUp(leased, await this.ends.withdraw(leased, batch, adapter));
    }
    try {
      await adapter.withdraw(attemptOf(leased.part, batch), leased.signal);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      return this.failures.retryLater(leased, error);
    }
    // An upload that its sender was cut off from may yet arrive.
    await this.ends.startAgain(leased, { leftover: leftoverOf(leased.part, batch) });
  }
}
