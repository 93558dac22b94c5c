import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { IncompleteBodyError } from '../ingest/ingest.errors';
import { Database, UnknownCommitError } from '../persistence/database';
import { isStoredAfterAll } from '../persistence/stored-after-all';
import { QuotaService, type BatchAllowance } from '../quota/quota.service';
import { JobQueue } from '../queue/job-queue';
import type { Job } from '../queue/job';
import type { BatchEntity } from './batch.entity';
import { BatchTransitions } from './batch-transitions';
import { BatchesStore, type NewBatch } from './batches.store';
import { InputFilesStore } from './input-files.store';
import { nextJob } from './part-jobs';

export interface CreatedBatch {
  readonly batch: BatchEntity;
  /** Null when the connection was lost at the commit: the batch is stored, and no count was read since. */
  readonly allowance: BatchAllowance | null;
}

/**
 * What is to happen in the transaction that stores a batch, or not at all, its owner's row being held; what it throws undoes the create.
 */
export type StoredWith = (batch: BatchEntity, tx: EntityManager) => Promise<void>;

/** How much later than the part before it a part of the same owner stands in line. */
const SECONDS_A_TURN = 30;
/** A priority has 31 bits: seconds from then on fit for decades. */
const LINE_BEGAN_MS = Date.UTC(2025, 0);

/**
 * The jobs of a new batch's parts, which stand in line as if each had come some time later than the one before it, and the first so much later
 * for each other active batch of its owner: nobody waits for all the parts of somebody's large batch, and no part waits for ever.
 */
function firstJobs({ batch, parts }: NewBatch, { limit, remaining }: BatchAllowance): Job[] {
  const otherBatches = limit - remaining - 1;
  const second = Math.round((batch.createdAt.getTime() - LINE_BEGAN_MS) / 1000);
  return parts.flatMap((part) => {
    const job = part.waitsFor === null ? nextJob(part.id, part.state) : null;
    return job ? [{ ...job, priority: -(second + (otherBatches + part.ordinal) * SECONDS_A_TURN) }] : [];
  });
}

/** The one transaction of a create: quota, rows, jobs. */
@Injectable()
export class CreateBatchTransaction {
  private readonly logger = new SafeLogger(CreateBatchTransaction.name);

  constructor(
    private readonly database: Database,
    private readonly store: BatchesStore,
    private readonly files: InputFilesStore,
    private readonly quota: QuotaService,
    private readonly queue: JobQueue,
    private readonly transitions: BatchTransitions,
    private readonly clock: Clock,
  ) {}

  /** Throws {@link BatchLimitExceededError}, {@link StorageLimitExceededError}, {@link NotFoundError} when the input file is gone, {@link IncompleteBodyError} when the caller has gone away, or {@link UnknownCommitError} when no fresh read shows the batch. */
  async run(rows: NewBatch, gone: AbortSignal, storedWith?: StoredWith): Promise<CreatedBatch> {
    try {
      return { batch: rows.batch, allowance: await this.insert(rows, gone, storedWith) };
    } catch (error) {
      if (!(error instanceof UnknownCommitError)) throw error;
      this.logger.warn(
        { err: error, batch_id: rows.batch.id },
        'Lost the connection while a create was being committed',
      );
      const find = async () => (await this.store.find(rows.batch.id)) !== null;
      if (!(await isStoredAfterAll(find, this.clock))) throw error;
      return { batch: rows.batch, allowance: null };
    }
  }

  private insert(rows: NewBatch, gone: AbortSignal, storedWith?: StoredWith): Promise<BatchAllowance> {
    return this.database.transaction(async (tx) => {
      const allowance = await this.quota.reserve(rows.batch.ownerId, rows.inputFile?.bytes ?? 0, tx);
      if (!rows.inputFile) await this.files.hold(rows.batch, tx);
      await storedWith?.(rows.batch, tx);
      await this.store.insert(rows, tx);
      await this.queue.enqueueNew(firstJobs(rows, allowance), tx);
      await this.transitions.announce({ batch: rows.batch, from: null, to: rows.batch.status }, tx);
      // It may have waited for its owner's row longer than its caller did, who then asks again.
      if (gone.aborted) throw new IncompleteBodyError();
      return allowance;
    });
  }
}
