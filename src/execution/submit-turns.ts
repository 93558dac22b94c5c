import { Injectable } from '@nestjs/common';
import { PartsStore } from '../batches/parts.store';
import { ProviderPauses } from '../providers/provider-pauses';
import type { LeasedPart } from './part-leases';

/** Whether a part may be sent, or has to wait since its provider is paused for all. */
@Injectable()
export class SubmitTurns {
  constructor(
    private readonly parts: PartsStore,
    private readonly pauses: ProviderPauses,
  ) {}

  /** Before anything of a part is sent: false when it waits, which is noted. */
  async admits(leased: LeasedPart): Promise<boolean> {
    return this.unlessPaused(leased, await this.pauses.admit(leased.part.provider));
  }

  /** As {@link admits}, for a part that was admitted some time ago. */
  async stillAdmits(leased: LeasedPart): Promise<boolean> {
    return this.unlessPaused(leased, this.pauses.pausedSince(leased.part.provider));
  }

  /** The provider took a part, or refused it for its own sake: those that waited for this one are sent. */
  async answered({ part: { provider } }: LeasedPart): Promise<void> {
    const until = await this.pauses.answered(provider);
    if (until !== null) await this.parts.wakePutOff(provider, new Date(until));
  }

  private async unlessPaused({ lease }: LeasedPart, until: number | null): Promise<boolean> {
    if (until !== null) await this.parts.update(lease, { dueAt: new Date(until) });
    return until === null;
  }
}
