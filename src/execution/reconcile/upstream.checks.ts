import { Injectable } from '@nestjs/common';
import type { LeftoverEntity } from '../../batches/leftover.entity';
import { LeftoversStore } from '../../batches/leftovers.store';
import { Leftovers } from '../leftovers';
import { PartLeases } from '../part-leases';
import type { Check, Finding } from './check';

const AT_ONCE = 200;

/** Files and jobs of ended attempts that are still at their providers. */
@Injectable()
export class UpstreamLeftovers implements Check {
  readonly kind = 'upstream_leftover';
  readonly scope = 'rows';

  constructor(
    private readonly store: LeftoversStore,
    private readonly leftovers: Leftovers,
    private readonly leases: PartLeases,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    for (const leftover of await this.store.listDue(AT_ONCE)) {
      const { provider, remoteId, attempt, failures } = leftover;
      const what = remoteId === null ? 'its input' : `what ${remoteId} was made of`;
      const message = `The attempt ${attempt.token} of ${attempt.partId} may have left ${what} at ${provider}, after ${failures} tries`;
      yield { subject: attempt.partId, message, repair: () => this.remove(leftover) };
    }
  }

  private async remove(leftover: LeftoverEntity): Promise<boolean> {
    try {
      const removed = await this.leftovers.remove(leftover, this.leases.stopped);
      if (!removed) await this.store.putOff(leftover);
      return removed;
    } catch (error) {
      await this.store.putOff(leftover);
      throw error;
    }
  }
}
