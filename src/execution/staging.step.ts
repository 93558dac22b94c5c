import { Injectable } from '@nestjs/common';
import { attemptOf, NO_ATTEMPT } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { PartsStore } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import type { ProviderAdapter, StagedLines } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { AttemptEnds } from './attempt-ends';
import type { LeasedPart } from './part-leases';
import { Slots } from './slots';
import { StepFailures } from './step-failures';

/** Begins an attempt and puts its items at the provider under the attempt's name; one upload belongs to one attempt. */
@Injectable()
export class StagingStep {
  constructor(
    private readonly parts: PartsStore,
    private readonly slots: Slots,
    private readonly ends: AttemptEnds,
    private readonly failures: StepFailures,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** Names an attempt before anything of it exists; null when the part has to wait for a slot. */
  async begin(leased: LeasedPart): Promise<LeasedPart | null> {
    const { part, lease } = leased;
    const attempt = {
      ...NO_ATTEMPT,
      attempts: part.attempts + 1,
      attemptToken: this.ids.attemptToken(),
      attemptBegunAt: new Date(this.clock.now()),
    };
    const taken = await this.slots.take(leased, (tx) =>
      this.parts.move(lease, 'queued', 'submitting', { ...attempt, failures: part.failures }, tx),
    );
    return taken ? { ...leased, part: { ...part, ...attempt, waitsFor: null, state: 'submitting' } } : null;
  }

  /** Resolves to the part with its upload noted, or null when that failed and was dealt with. */
  async stage(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    lines: StagedLines,
  ): Promise<LeasedPart | null> {
    const { part, lease, signal } = leased;
    try {
      assertFits(lines, adapter);
      const inputId = await adapter.stage(attemptOf(part, batch), lines, signal);
      const staged = { inputId, stagedAt: new Date(this.clock.now()) };
      await this.parts.update(lease, staged);
      return { ...leased, part: { ...part, ...staged } };
    } catch (error) {
      if (!(error instanceof ProviderCallError)) throw error;
      await this.stagingFailed(leased, batch, adapter, error);
      return null;
    }
  }

  private async stagingFailed(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    error: ProviderCallError,
  ): Promise<void> {
    if (error.failure === 'rejected') return this.ends.refuse(leased, batch, adapter, error);
    if (!error.certainlyNotDone) return this.failures.retryLater(leased, error, 'submit');
    const dueAt = await this.failures.nextTry(leased.part, error, 'submit');
    await this.ends.startAgain(leased, { dueAt, failures: leased.part.failures + 1 });
  }
}

/** What the provider would refuse after all of it was sent: parts are planned to fit, and a cap may have shrunk since. */
function assertFits({ bytes }: StagedLines, { id, capabilities: { maxBytes } }: ProviderAdapter): void {
  if (bytes <= maxBytes) return;
  const message = `The requests take ${bytes} bytes as they are sent, and the provider takes ${maxBytes}`;
  throw new ProviderCallError(id, 'rejected', message, { code: 'part_too_large' });
}
