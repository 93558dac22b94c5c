import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NotFoundError } from '../../http/meshbatch-error';
import { Database } from '../../persistence/database';
import { BatchEntity } from '../batch.entity';
import { isTerminal, type BatchStatus } from '../batch-status';
import { BatchesStore } from '../batches.store';
import { hasEnded, type EndedPart } from '../results-pages';
import { FamilyActiveError, FamilyGrewError } from './retry.errors';

/** A batch of a family, and those of its parts whose outcomes are there. */
export interface FamilyMember {
  readonly batch: BatchEntity;
  readonly parts: readonly EndedPart[];
}

/** A batch and its retries, the oldest first. */
export type Family = readonly [FamilyMember, ...FamilyMember[]];

interface RetryRow {
  readonly id: string;
  readonly status: BatchStatus;
}

/** Families of batches. Only the first batch of one and its retries belong to it: a retry of a retry is one of the first batch's. */
@Injectable()
export class FamilyStore {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchesStore,
  ) {}

  /** The family of any of its batches. */
  async of({ id, rootId }: Pick<BatchEntity, 'id' | 'rootId'>): Promise<Family> {
    const first = rootId ?? id;
    const batches = await this.database.manager.find(BatchEntity, {
      where: [{ id: first }, { rootId: first }],
      order: { retryOrdinal: { direction: 'ASC', nulls: 'FIRST' } },
    });
    // One by one: a reader takes no more connections than another.
    const members: FamilyMember[] = [];
    for (const batch of batches) members.push(await this.withParts(batch));
    const [root, ...retries] = members;
    // It was deleted a moment ago.
    if (!root) throw new NotFoundError();
    return [root, ...retries];
  }

  /**
   * Holds the row of the first batch, so that no other retry of the family can come in, and looks whether one has meanwhile.
   * Throws {@link FamilyActiveError}, {@link FamilyGrewError}, or {@link NotFoundError} when the first batch is gone.
   */
  async lockUnchanged(family: Family, tx: EntityManager): Promise<void> {
    const first = family[0].batch.id;
    const batches = this.database.tableOf(BatchEntity);
    const [locked] = await tx.query<object[]>(`SELECT id FROM ${batches} WHERE id = $1 FOR UPDATE`, [first]);
    if (!locked) throw new NotFoundError();
    // After the lock and not with it: only a new statement sees what others committed while this one waited.
    const rows = await tx.query<RetryRow[]>(
      `SELECT id, status FROM ${batches} WHERE root_id = $1 ORDER BY retry_ordinal`,
      [first],
    );
    // By their ids: a new retry takes the number of one that was deleted.
    const known = new Set(family.map(({ batch }) => batch.id));
    const newest = rows.filter(({ id }) => !known.has(id)).at(-1);
    if (newest && !isTerminal(newest.status)) throw new FamilyActiveError(newest.id);
    if (newest) throw new FamilyGrewError(newest.id);
  }

  private async withParts(batch: BatchEntity): Promise<FamilyMember> {
    return { batch, parts: (await this.batches.listParts(batch.id)).filter(hasEnded) };
  }
}
