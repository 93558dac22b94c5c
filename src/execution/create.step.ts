import { Injectable } from '@nestjs/common';
import { attemptOf } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { PartsStore } from '../batches/parts.store';
import { Clock } from '../common/clock';
import type { ProviderAdapter, RemoteBatch, StagedLines } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import { CreateAnswer } from './create-answer';
import type { LeasedPart } from './part-leases';
import { StepFailures } from './step-failures';
import { SubmitTurns } from './submit-turns';

/** Creates the upstream job of a staged part. The intent is stored first, and the create is never repeated blindly; its answer is kept. */
@Injectable()
export class CreateStep {
  constructor(
    private readonly parts: PartsStore,
    private readonly ends: AttemptEnds,
    private readonly answer: CreateAnswer,
    private readonly failures: StepFailures,
    private readonly turns: SubmitTurns,
    private readonly clock: Clock,
  ) {}

  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter, lines: StagedLines): Promise<void> {
    leased.signal.throwIfAborted();
    const createSentAt = new Date(this.clock.now());
    await this.parts.update(leased.lease, { createSentAt });
    if (leased.signal.aborted) return this.takeBack(leased);
    const sent = { ...leased, part: { ...leased.part, createSentAt } };
    let remote: RemoteBatch;
    try {
      remote = await adapter.submit(attemptOf(sent.part, batch), lines, sent.signal);
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      return this.answer.write(sent, () => this.failed(sent, batch, adapter, error));
    }
    await this.answer.adopt(sent, batch, adapter, remote);
    await this.answer.write(sent, () => this.turns.answered(sent));
  }

  /** Nothing was sent: nobody is to look for it, and where nothing can be looked up nobody is to be asked. */
  private async takeBack({ lease, signal }: LeasedPart): Promise<void> {
    await this.parts.update(lease, { createSentAt: null });
    signal.throwIfAborted();
  }

  private async failed(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    error: ProviderCallError,
  ): Promise<void> {
    // It may have taken place: what was sent stays noted, and the look-up decides.
    if (!error.certainlyNotDone) return this.failures.retryLater(leased, error, 'submit');
    const hidden = this.failures.mayShowLater(error, leased.part.stagedAt, adapter);
    const final = error.failure === 'rejected' || (error.failure === 'not_found' && !hidden);
    if (final) {
      await this.turns.answered(leased);
      return this.ends.refuse(leased, batch, adapter, error);
    }
    // Its input stays where it is; its slot is for others meanwhile, and the end of another job wakes it.
    const waitsFor = error.failure === 'throttled' ? ('room' as const) : null;
    await this.failures.retryLater(leased, error, 'submit', { createSentAt: null, waitsFor });
  }
}
