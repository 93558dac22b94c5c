import { Inject, Injectable } from '@nestjs/common';
import { attemptOf } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import { LeftoversStore } from '../batches/leftovers.store';
import type { PartEntity } from '../batches/part.entity';
import { LeaseLostError, PartsStore } from '../batches/parts.store';
import { backoffMs } from '../common/backoff';
import { Clock } from '../common/clock';
import { Random } from '../common/random';
import { SafeLogger } from '../common/safe-logger';
import { Database } from '../persistence/database';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { AttemptEnds } from './attempt-ends';
import { PartLeases, type LeasedPart } from './part-leases';

/** About an hour. A write that never succeeds must not keep a part from its end. */
const TRIES = 60;

/**
 * The answer to a create is known to this process alone until it is written, and some providers cannot be asked again: it is written
 * however long that takes.
 */
@Injectable()
export class CreateAnswer {
  private readonly logger = new SafeLogger(CreateAnswer.name);

  constructor(
    private readonly parts: PartsStore,
    private readonly leases: PartLeases,
    private readonly ends: AttemptEnds,
    private readonly leftovers: LeftoversStore,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(Random) private readonly random: Random,
  ) {}

  /** The provider has made the job: told before anything is written, then noted, under another lease if this one is lost. */
  async adopt(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter, remote: RemoteBatch): Promise<void> {
    this.logger.log(told(leased.part, remote), 'A create was answered');
    try {
      await this.write(leased, () => this.ends.adopt(leased, adapter, remote));
    } catch (error) {
      const isLost = error instanceof LeaseLostError || leased.signal.reason instanceof LeaseLostError;
      if (!isLost) throw error;
      const late = { ...leased, signal: this.leases.stopped };
      await this.write(late, () => this.adoptLate(leased.part, batch, adapter, remote));
    }
  }

  /** Repeats `write` until it succeeds, its lease is lost or `signal` aborts; throws what it threw last. */
  async write({ part, signal }: LeasedPart, write: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        return await write();
      } catch (error) {
        if (error instanceof LeaseLostError || signal.aborted || failures >= TRIES) throw error;
        const { batchId: batch_id, id: part_id } = part;
        this.logger.warn({ err: error, batch_id, part_id }, 'What a create was answered is not written yet');
        await this.clock.sleep(backoffMs(failures, this.random), signal);
      }
    }
  }

  /**
   * Whoever holds the part looks for the job, and lets go of it between two look-ups; what it decides meanwhile stands. A commit of ours
   * that was cut off and carried out looks like a lost lease, too. A job that nobody wants any more is stopped and removed.
   */
  private async adoptLate(
    sent: PartEntity,
    batch: BatchEntity,
    adapter: ProviderAdapter,
    remote: RemoteBatch,
  ): Promise<void> {
    let isFree = false;
    await this.leases.withPart(sent.id, async (held) => {
      isFree = true;
      if (isUnanswered(held.part, sent)) await this.ends.adopt(held, adapter, remote);
    });
    const part = await this.parts.find(sent.id);
    if (part?.remoteId === remote.id) return;
    if (!isFree && part && isUnanswered(part, sent)) throw new Error('The part is in other hands');
    this.logger.error(told(sent, remote), 'The job of a create is nobody’s: its part went on without it');
    const leftover = { provider: sent.provider, attempt: attemptOf(sent, batch), remoteId: remote.id, ended: false };
    await this.database.transaction((tx) => this.leftovers.insertLate(leftover, tx));
  }
}

/** Whether nobody knows yet what became of the create that was sent. */
function isUnanswered({ state, attemptToken, remoteId }: PartEntity, sent: PartEntity): boolean {
  const isOpen = state === 'submitting' || state === 'needs_operator';
  return isOpen && attemptToken === sent.attemptToken && remoteId === null;
}

function told({ batchId: batch_id, id: part_id, provider }: PartEntity, { id: remote_id }: RemoteBatch) {
  return { batch_id, part_id, provider, remote_id };
}
