import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BlobNotFoundError } from '../../blobs/blob-store';
import { NotFoundError } from '../../http/meshbatch-error';
import { Database } from '../../persistence/database';
import { BatchEntity } from '../batch.entity';
import { isTerminal, type BatchStatus } from '../batch-status';
import { BatchesStore } from '../batches.store';
import { hasEnded, type EndedPart } from '../results-pages';
import { FamilyActiveError, FamilyGrewError, InputDeletedError } from './retry.errors';

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

  /** The family of any of its batches; throws {@link NotFoundError} when that batch was deleted since it was read. */
  async of({ id, rootId }: Pick<BatchEntity, 'id' | 'rootId'>): Promise<Family> {
    let family = await this.startingAt(rootId ?? id);
    // A first batch that is deleted leaves its retries standing for themselves.
    if (!family && rootId !== null) family = await this.startingAt(id);
    if (!family?.some(({ batch }) => batch.id === id)) throw new NotFoundError();
    return family;
  }

  /**
   * Does something with the family of a batch, and does it again with what is left of it when it came upon a batch that was deleted meanwhile.
   * Throws {@link NotFoundError} when that was the batch itself.
   */
  async use<T>(named: Pick<BatchEntity, 'id' | 'rootId'>, work: (family: Family) => Promise<T>): Promise<T> {
    let family = await this.of(named);
    for (;;) {
      try {
        return await work(family);
      } catch (error) {
        if (!lacksSomething(error)) throw error;
        const left = await this.of(named);
        if (family.every(({ batch }) => left.some((member) => member.batch.id === batch.id))) throw error;
        family = left;
      }
    }
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

  /** Null when its first batch is no more. */
  private async startingAt(first: string): Promise<Family | null> {
    const batches = await this.database.manager.find(BatchEntity, {
      where: [{ id: first }, { rootId: first }],
      order: { retryOrdinal: { direction: 'ASC', nulls: 'FIRST' } },
    });
    const members: FamilyMember[] = [];
    // One by one: a reader takes no more connections than another.
    for (const batch of batches) {
      const parts = await this.batches.listParts(batch.id);
      // Without parts it was deleted since.
      if (parts.length > 0) members.push({ batch, parts: parts.filter(hasEnded) });
    }
    const [root, ...retries] = members;
    return root?.batch.id === first ? [root, ...retries] : null;
  }
}

function lacksSomething(error: unknown): boolean {
  return [BlobNotFoundError, NotFoundError, InputDeletedError].some((kind) => error instanceof kind);
}
