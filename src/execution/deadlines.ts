import { Injectable } from '@nestjs/common';
import { BatchesService } from '../batches/batches.service';
import { isTerminal } from '../batches/batch-status';
import { BatchesStore } from '../batches/batches.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Database } from '../persistence/database';

const AT_ONCE = 100;

/** Our own deadline, whatever a provider does with its: unsent parts end, running ones are told to stop. */
@Injectable()
export class Deadlines {
  private readonly logger = new SafeLogger(Deadlines.name);

  constructor(
    private readonly database: Database,
    private readonly store: BatchesStore,
    private readonly batches: BatchesService,
    private readonly clock: Clock,
  ) {}

  async enforce(): Promise<void> {
    const now = new Date(this.clock.now());
    for (const id of await this.store.listPastDeadline(now, AT_ONCE)) {
      // One batch that cannot be ended now must not hold up the others.
      await this.end(id, now).catch((error: unknown) => {
        this.logger.error({ err: error, batch_id: id }, 'A batch past its deadline could not be stopped');
      });
    }
  }

  /** As when the deadline was noted: parts that were not told to stop are told, all others are woken. False when the batch has ended or is no more. */
  async endAgain(id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const batch = await this.store.lock(id, tx);
      if (!batch || isTerminal(batch.status)) return false;
      await this.batches.stop(batch, 'expired', tx);
      return true;
    });
  }

  private async end(id: string, now: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const batch = await this.store.notePastDeadline(id, now, tx);
      if (!batch) return;
      await this.batches.stop(batch, 'expired', tx);
      this.logger.warn({ batch_id: id }, 'The deadline of a batch passed');
    });
  }
}
