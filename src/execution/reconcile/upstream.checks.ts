import { Injectable } from '@nestjs/common';
import type { LeftoverEntity } from '../../batches/leftover.entity';
import { LeftoversStore } from '../../batches/leftovers.store';
import { SafeLogger } from '../../common/safe-logger';
import { ProviderCallError } from '../../providers/contract/errors';
import { Leftovers } from '../leftovers';
import { PartLeases } from '../part-leases';
import type { Check, Finding } from './check';

const AT_ONCE = 200;
/** After these, which take some weeks, what is left is left: the provider may have removed it itself, or never lets us. */
const MOST_TRIES = 35;

/** Files and jobs of ended attempts that are still at their providers. */
@Injectable()
export class UpstreamLeftovers implements Check {
  readonly kind = 'upstream_leftover';
  readonly scope = 'rows';
  private readonly logger = new SafeLogger(UpstreamLeftovers.name);

  constructor(
    private readonly store: LeftoversStore,
    private readonly leftovers: Leftovers,
    private readonly leases: PartLeases,
  ) {}

  async *find(signal: AbortSignal): AsyncGenerator<Finding> {
    /** Providers that gave no answer: the others must not wait for them. */
    const silent = new Set<string>();
    for (const leftover of await this.store.listDue(AT_ONCE)) {
      if (signal.aborted) return;
      const { provider, remoteId, attempt, failures } = leftover;
      if (silent.has(provider)) {
        // Or those of one provider would stand before all others' at every pass. Only a repair finds one silent.
        await this.store.putOff(leftover);
        continue;
      }
      const what = remoteId === null ? 'its input' : `what ${remoteId} was made of`;
      const message = `The attempt ${attempt.token} of ${attempt.partId} may have left ${what} at ${provider}, after ${failures} tries`;
      yield { subject: attempt.partId, message, repair: () => this.remove(leftover, silent) };
    }
  }

  private async remove(leftover: LeftoverEntity, silent: Set<string>): Promise<boolean> {
    if (!(await this.store.take(leftover))) return false;
    try {
      if (await this.leftovers.remove(leftover, this.leases.stopped)) return true;
    } catch (error) {
      if (!(error instanceof ProviderCallError) || error.failure !== 'rejected') silent.add(leftover.provider);
      if (leftover.failures < MOST_TRIES) throw error;
    }
    if (leftover.failures >= MOST_TRIES) await this.giveUp(leftover);
    return false;
  }

  private async giveUp(leftover: LeftoverEntity): Promise<void> {
    const { attempt, provider, remoteId } = leftover;
    await this.store.delete(leftover);
    const told = {
      part_id: attempt.partId,
      provider,
      attempt: attempt.token,
      input_id: attempt.inputId,
      remote_id: remoteId,
    };
    this.logger.error(told, 'What an attempt left at its provider stays there: it could not be removed for weeks');
  }
}
