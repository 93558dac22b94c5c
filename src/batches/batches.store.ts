import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, Not, type EntityManager, type FindOptionsSelect } from 'typeorm';
import { StoredFileEntity } from '../files/stored-file.entity';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { insertTogether } from '../persistence/insert-together';
import type { OwnerHoldings } from '../quota/owner-holdings';
import { narrow, type BatchFilter } from './batch-filter';
import { BatchEntity } from './batch.entity';
import { IS_ACTIVE, TERMINAL_STATUSES, type BatchStatus } from './batch-status';
import { PartEntity } from './part.entity';
import type { StopReason } from './part-state';
import { wakeStopped } from './parts.store';

const NOT_ENDED = Not(In<BatchStatus>([...TERMINAL_STATUSES]));

/** What tells where a batch stands and how it came there, without what its caller may have made large. */
const PROGRESS = {
  id: true,
  status: true,
  total: true,
  completed: true,
  failed: true,
  createdAt: true,
  inProgressAt: true,
  finalizingAt: true,
  cancellingAt: true,
  completedAt: true,
  failedAt: true,
  expiredAt: true,
  cancelledAt: true,
} as const satisfies FindOptionsSelect<BatchEntity>;
export type BatchProgressFacts = Pick<BatchEntity, keyof typeof PROGRESS>;

/** Parts of one statement, which has room for 65,535 parameters. */
const PARTS_AT_ONCE = 1000;

/** A batch about to be stored, with all that belongs to it. */
export interface NewBatch {
  readonly batch: BatchEntity;
  readonly parts: readonly PartEntity[];
  /** Null when the requests are in a file that was uploaded before. */
  readonly inputFile: StoredFileEntity | null;
}

/** Batches, by the questions that are asked of them. */
@Injectable()
export class BatchesStore implements OwnerHoldings {
  constructor(private readonly database: Database) {}

  activeCount(owner: string): string {
    const batches = this.database.tableOf(BatchEntity);
    return `SELECT count(*)::int FROM ${batches} WHERE owner_id = ${owner} AND ${IS_ACTIVE}`;
  }

  /** As a float, which is exact far beyond any disk: the sum of a bigint comes as text. */
  storedBytes(owner: string): string {
    const files = this.database.tableOf(StoredFileEntity);
    return `SELECT COALESCE(sum(bytes), 0)::float8 FROM ${files} WHERE owner_id = ${owner}`;
  }

  async insert({ batch, parts, inputFile }: NewBatch, tx: EntityManager): Promise<void> {
    await insertTogether(
      [
        { entity: BatchEntity, rows: [batch] },
        { entity: PartEntity, rows: parts.slice(0, PARTS_AT_ONCE) },
        ...(inputFile ? [{ entity: StoredFileEntity, rows: [inputFile] }] : []),
      ],
      tx,
    );
    for (let at = PARTS_AT_ONCE; at < parts.length; at += PARTS_AT_ONCE) {
      await insertTogether([{ entity: PartEntity, rows: parts.slice(at, at + PARTS_AT_ONCE) }], tx);
    }
  }

  findOwned(ownerId: string, id: string): Promise<BatchEntity | null> {
    return this.database.manager.findOneBy(BatchEntity, { id, ownerId });
  }

  find(id: string): Promise<BatchEntity | null> {
    return this.database.manager.findOneBy(BatchEntity, { id });
  }

  /** How far batches are, in one query; those that are no more are left out. */
  listProgress(ids: readonly string[]): Promise<BatchProgressFacts[]> {
    return this.database.manager.find(BatchEntity, { select: PROGRESS, where: { id: In([...ids]) } });
  }

  /** Newest first. */
  list(ownerId: string, limit: number, filter: BatchFilter): Promise<BatchEntity[]> {
    const query = this.database.manager.createQueryBuilder(BatchEntity, 'batch');
    query.where('batch.owner_id = :ownerId', { ownerId });
    return narrow(query, filter).orderBy('batch.id', 'DESC').limit(limit).getMany();
  }

  /** Null when it was deleted. */
  lock(id: string, tx: EntityManager): Promise<BatchEntity | null> {
    return tx.findOne(BatchEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  lockOwned(ownerId: string, id: string, tx: EntityManager): Promise<BatchEntity | null> {
    return tx.findOne(BatchEntity, { where: { id, ownerId }, lock: { mode: 'pessimistic_write' } });
  }

  /** Null for a batch that has ended and whose input its owner deleted since. */
  inputFile(batchId: string): Promise<StoredFileEntity | null> {
    const ofBatch = `file.id = (SELECT input_file_id FROM ${this.database.tableOf(BatchEntity)} WHERE id = :batchId)`;
    return this.database.manager.createQueryBuilder(StoredFileEntity, 'file').where(ofBatch, { batchId }).getOne();
  }

  /** As {@link listParts}, for a batch that was read before; throws {@link NotFoundError} when it was deleted meanwhile. */
  async partsOf(batchId: string): Promise<PartEntity[]> {
    const parts = await this.listParts(batchId);
    if (parts.length === 0) throw new NotFoundError();
    return parts;
  }

  listParts(batchId: string, manager: EntityManager = this.database.manager): Promise<PartEntity[]> {
    return manager.find(PartEntity, { where: { batchId }, order: { ordinal: 'ASC' } });
  }

  /** Ids of batches that run past their deadline and of which that is not noted yet. */
  async listPastDeadline(now: Date, limit: number): Promise<string[]> {
    const batches = await this.database.manager.find(BatchEntity, {
      select: { id: true },
      where: { expiresAt: LessThanOrEqual(now), deadlinePassedAt: IsNull(), status: NOT_ENDED },
      take: limit,
    });
    return batches.map((batch) => batch.id);
  }

  /** Notes it, holding the batch's row; null when it has ended or somebody else noted it. */
  async notePastDeadline(id: string, now: Date, tx: EntityManager): Promise<BatchEntity | null> {
    const lock = { mode: 'pessimistic_write' } as const;
    const batch = await tx.findOne(BatchEntity, { where: { id, deadlinePassedAt: IsNull(), status: NOT_ENDED }, lock });
    if (batch) await tx.update(BatchEntity, { id }, { deadlinePassedAt: now });
    return batch;
  }

  /** Notes on every part that has not ended that it is to stop; the first reason stands. Resolves to those parts. */
  async stopParts(batchId: string, reason: StopReason, now: Date, tx: EntityManager): Promise<PartEntity[]> {
    const open = (await this.listParts(batchId, tx)).filter((part) => part.state !== 'ended');
    await tx
      .createQueryBuilder()
      .update(PartEntity)
      .set({ stopReason: reason })
      .where(`batch_id = :batchId AND state <> 'ended' AND stop_reason IS NULL`, { batchId })
      .execute();
    await tx.query(`${wakeStopped(this.database.tableOf(PartEntity))} AND batch_id = $2`, [now, batchId]);
    return open;
  }
}
