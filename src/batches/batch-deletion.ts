import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isId } from '../common/ids';
import { SafeLogger } from '../common/safe-logger';
import { BlobFolders } from '../files/blob-folders';
import { StoredFileEntity } from '../files/stored-file.entity';
import { NotFoundError } from '../http/meshbatch-error';
import { Database, UnknownCommitError } from '../persistence/database';
import { leftoverOf } from './attempt';
import { BatchEntity } from './batch.entity';
import { isTerminal } from './batch-status';
import { BatchNotEndedError } from './batches.errors';
import { BatchesStore } from './batches.store';
import { DeletionRecord, type DeletedBatch, type DeletedBy } from './deletion-record';
import { ErasuresStore } from './erasures.store';
import { IdempotencyStore } from './idempotency.store';
import { LeftoversStore } from './leftovers.store';
import { RetentionStore } from './retention.store';

/** Finds and locks the batch that is to go; null when there is none. */
type Lock = (tx: EntityManager) => Promise<BatchEntity | null>;

/** Where all blobs of a batch are, and no other's. */
export function blobFolderOf(batchId: string): string {
  return `batches/${batchId}`;
}

/**
 * Deletes batches that have ended: their rows in one transaction, which also notes what is then left to be erased, here and at
 * providers. Files that belong to no batch stay, whoever named them as their input.
 */
@Injectable()
export class BatchDeletion {
  private readonly logger = new SafeLogger(BatchDeletion.name);

  constructor(
    private readonly database: Database,
    private readonly store: BatchesStore,
    private readonly retention: RetentionStore,
    private readonly leftovers: LeftoversStore,
    private readonly erasures: ErasuresStore,
    private readonly keys: IdempotencyStore,
    private readonly folders: BlobFolders,
    private readonly record: DeletionRecord,
  ) {}

  /**
   * Deletes a batch for its owner. Throws {@link NotFoundError} for one that never was, is no more or is somebody else's, and
   * {@link BatchNotEndedError}.
   */
  async delete(ownerId: string, id: string): Promise<void> {
    if (!isId('batch', id)) throw new NotFoundError();
    const isDeleted = await this.run('request', async (tx) => {
      const batch = await this.store.lockOwned(ownerId, id, tx);
      if (batch && !isTerminal(batch.status)) throw new BatchNotEndedError();
      return batch;
    });
    if (!isDeleted) throw new NotFoundError();
  }

  /** Deletes a batch that ended before `cutoff`; false when there is none of that id. */
  deleteExpired(id: string, cutoff: Date | null): Promise<boolean> {
    return this.run('retention', (tx) => this.retention.lockPast(id, cutoff, tx));
  }

  private async run(by: DeletedBy, lock: Lock): Promise<boolean> {
    const deleted = await this.deleteRows(lock);
    if (!deleted) return false;
    this.record.add(deleted, by);
    await this.eraseBlobs(deleted);
    return true;
  }

  private async deleteRows(lock: Lock): Promise<DeletedBatch | null> {
    const deleted: DeletedBatch[] = [];
    try {
      await this.database.transaction(async (tx) => {
        const batch = await lock(tx);
        if (batch) deleted.push(await this.remove(batch, tx));
      });
    } catch (error) {
      if (!(error instanceof UnknownCommitError) || !(await this.areGone(deleted))) throw error;
    }
    return deleted[0] ?? null;
  }

  private async remove(batch: BatchEntity, tx: EntityManager): Promise<DeletedBatch> {
    const parts = await this.store.listParts(batch.id, tx);
    const files = await tx.find(StoredFileEntity, { select: { bytes: true }, where: { batchId: batch.id } });
    // What was removed at the end of a part is asked for once more: nothing tells it from what could not be removed then.
    const leftovers = parts.filter((part) => part.attemptToken !== null).map((part) => leftoverOf(part, batch));
    await this.leftovers.insert(leftovers, tx);
    await this.erasures.insert({ batchId: batch.id, tokens: leftovers.map(({ attempt }) => attempt.token) }, tx);
    await this.keys.forget(batch.id, tx);
    // Its parts and its own files go with it.
    await tx.delete(BatchEntity, { id: batch.id });
    return { id: batch.id, ownerId: batch.ownerId, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  }

  /** After a commit without an answer; while the database may still be at it, the caller is told to ask again. */
  private async areGone(deleted: readonly DeletedBatch[]): Promise<boolean> {
    for (const { id } of deleted) if (await this.store.find(id)) return false;
    return true;
  }

  /** At once, so that a caller who was told so finds nothing; what cannot be erased now is noted, and erased later. */
  private async eraseBlobs({ id }: DeletedBatch): Promise<void> {
    try {
      await this.folders.erase(blobFolderOf(id));
    } catch (error) {
      this.logger.warn({ err: error, batch_id: id }, 'Blobs of a deleted batch could not be erased yet');
    }
  }
}
