import { Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { AbandonStep } from './abandon.step';
import { AttemptEnds } from './attempt-ends';
import type { LeasedPart } from './part-leases';
import { PollStep } from './poll.step';
import { RecoveryStep } from './recovery.step';
import { SubmitStep } from './submit.step';

/** Takes a part that is not collected yet the step further that its row asks for. */
@Injectable()
export class PartSteps {
  constructor(
    private readonly submit: SubmitStep,
    private readonly abandon: AbandonStep,
    private readonly recovery: RecoveryStep,
    private readonly poll: PollStep,
    private readonly ends: AttemptEnds,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    const { part } = leased;
    if (part.state === 'running') return this.poll.run(leased, batch, adapter);
    if (part.state === 'queued') {
      return part.stopReason === null ? this.submit.run(leased, batch, adapter) : this.ends.giveUp(leased);
    }
    if (part.createSentAt !== null) return this.recovery.run(leased, batch, adapter);
    const dropped = part.stopReason !== null || part.stagedAt === null;
    return dropped ? this.abandon.run(leased, batch, adapter) : this.submit.run(leased, batch, adapter);
  }
}
