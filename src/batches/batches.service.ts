import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { isId } from '../common/ids';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { ProviderRegistry } from '../providers/provider-registry';
import { JobQueue } from '../queue/job-queue';
import type { BatchFilter } from './batch-filter';
import type { BatchEntity } from './batch.entity';
import { BatchTransitions } from './batch-transitions';
import { isTerminal } from './batch-status';
import { BatchesStore } from './batches.store';
import { PART_QUEUES } from './part-jobs';
import type { StopReason } from './part-state';

export interface BatchPage {
  readonly batches: readonly BatchEntity[];
  readonly hasMore: boolean;
}

/** What a caller does with batches that exist. */
@Injectable()
export class BatchesService {
  constructor(
    private readonly database: Database,
    private readonly store: BatchesStore,
    private readonly queue: JobQueue,
    private readonly transitions: BatchTransitions,
    private readonly registry: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  /** Throws the same 404 for a batch that never was and for somebody else's. */
  async get(ownerId: string, id: string): Promise<BatchEntity> {
    const batch = isId('batch', id) ? await this.store.findOwned(ownerId, id) : null;
    if (!batch) throw new NotFoundError();
    return batch;
  }

  /** A model may be named by any of its names. */
  async list(ownerId: string, limit: number, filter: BatchFilter): Promise<BatchPage> {
    const model = filter.model === undefined ? {} : { model: this.registry.canonicalId(filter.model) };
    const batches = await this.store.list(ownerId, limit + 1, { ...filter, ...model });
    return { batches: batches.slice(0, limit), hasMore: batches.length > limit };
  }

  /** Notes the intent and answers at once, whatever upstream does later; a batch that has ended stays as it is. */
  async cancel(ownerId: string, id: string): Promise<BatchEntity> {
    if (!isId('batch', id)) throw new NotFoundError();
    return this.database.transaction(async (tx) => {
      const batch = await this.store.lockOwned(ownerId, id, tx);
      if (!batch) throw new NotFoundError();
      if (isTerminal(batch.status) || batch.cancellingAt) return batch;
      const before = { ...batch };
      Object.assign(batch, { status: 'cancelling', cancellingAt: new Date(this.clock.now()) });
      await tx.save(batch);
      await this.transitions.announce({ batch: before, from: before.status, to: 'cancelling' }, tx);
      await this.stop(batch, 'cancelled', tx);
      return batch;
    });
  }

  /** Ends the running of a batch in the caller's transaction, which holds the batch's row. */
  async stop(batch: BatchEntity, reason: StopReason, tx: EntityManager): Promise<void> {
    for (const part of await this.store.stopParts(batch.id, reason, new Date(this.clock.now()), tx)) {
      await this.queue.enqueue({ queue: PART_QUEUES.stop, key: part.id }, tx);
    }
  }
}
