import { Injectable } from '@nestjs/common';
import { attemptOf, leftoverOf } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import type { Leftover } from '../batches/leftovers.store';
import type { PartEntity } from '../batches/part.entity';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
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
      const kept = await this.ends.withdraw(leased, batch, adapter);
      return this.ends.giveUp(leased, kept ?? lateUpload(leased.part, batch, adapter));
    }
    try {
      await adapter.withdraw(attemptOf(leased.part, batch), leased.signal);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      return this.failures.retryLater(leased, error);
    }
    await this.ends.startAgain(leased, { leftover: lateUpload(leased.part, batch, adapter) });
  }
}

/** An upload that its sender was cut off from may yet arrive, where there are uploads of a name. */
function lateUpload(part: PartEntity, batch: BatchEntity, { capabilities }: ProviderAdapter): Leftover | undefined {
  return part.stagedAt === null && capabilities.recovery === 'lookup' ? leftoverOf(part, batch) : undefined;
}
