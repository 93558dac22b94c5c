import { Injectable } from '@nestjs/common';
import { attemptOf } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { PartsStore } from '../batches/parts.store';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { CreateStep } from './create.step';
import { PartInput } from './part-input';
import type { LeasedPart } from './part-leases';
import { Slots } from './slots';
import { StagingStep } from './staging.step';
import { SubmitTurns } from './submit-turns';

/** Sends a part upstream: attempt first, then its upload, then the create, each noted before the next. */
@Injectable()
export class SubmitStep {
  constructor(
    private readonly parts: PartsStore,
    private readonly input: PartInput,
    private readonly slots: Slots,
    private readonly staging: StagingStep,
    private readonly create: CreateStep,
    private readonly turns: SubmitTurns,
  ) {}

  /** For a part that is `queued`, or `submitting` with its input staged and its create not sent. */
  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter): Promise<void> {
    if (!(await this.turns.admits(leased))) return;
    const begun = await this.begin(leased);
    if (!begun) return;
    const { part } = begun;
    const { token } = attemptOf(part, batch);
    await this.input.withEncoded({ part, batch, adapter, token }, async (lines) => {
      const staged = part.stagedAt === null ? await this.staging.stage(begun, batch, adapter, lines) : begun;
      // A part that was told to stop meanwhile is woken as soon as its lease is given back.
      if (!staged || (await this.isToStop(part.id))) return;
      if (!(await this.turns.stillAdmits(staged))) return;
      await this.create.run(staged, batch, adapter, lines);
    });
  }

  private async begin(leased: LeasedPart): Promise<LeasedPart | null> {
    const { part, lease } = leased;
    if (part.state === 'queued') return this.staging.begin(leased);
    if (part.waitsFor === null) return leased;
    // It gave up its slot when it was told that there is no room.
    const taken = await this.slots.take(leased, (tx) => this.parts.update(lease, { waitsFor: null }, tx));
    return taken ? { ...leased, part: { ...part, waitsFor: null } } : null;
  }

  private async isToStop(partId: string): Promise<boolean> {
    return (await this.parts.find(partId))?.stopReason !== null;
  }
}
