import { Injectable } from '@nestjs/common';
import { In, LessThanOrEqual, MoreThanOrEqual, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { ErasureEntity } from './erasure.entity';

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** Deleted batches of which something may still be stored. */
@Injectable()
export class ErasuresStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Notes it, due at once, in the transaction that deletes the batch's rows. */
  async insert(erasure: Pick<ErasureEntity, 'batchId' | 'tokens'>, tx: EntityManager): Promise<void> {
    await tx.insert(ErasureEntity, { ...erasure, dueAt: new Date(this.clock.now()) });
  }

  listDue(limit: number): Promise<ErasureEntity[]> {
    const where = { dueAt: LessThanOrEqual(new Date(this.clock.now())) };
    return this.database.manager.find(ErasureEntity, { where, order: { dueAt: 'ASC' }, take: limit });
  }

  /** Those that were tried so often and are there all the same. */
  listTried(tries: number, limit: number): Promise<ErasureEntity[]> {
    const where = { tries: MoreThanOrEqual(tries) };
    return this.database.manager.find(ErasureEntity, { where, order: { batchId: 'ASC' }, take: limit });
  }

  /** Which of these batches were deleted and are not erased yet. */
  async pendingOf(batchIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.manager.findBy(ErasureEntity, { batchId: In([...batchIds]) });
    return new Set(rows.map(({ batchId }) => batchId));
  }

  /**
   * Takes one that is due for the caller, whose try it now is: the next one is after a minute, then twice as long, up to an hour.
   * False when somebody else took it or it is done.
   */
  async take({ batchId, tries }: ErasureEntity): Promise<boolean> {
    const now = this.clock.now();
    const dueAt = new Date(now + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 16)));
    const guard = { batchId, dueAt: LessThanOrEqual(new Date(now)) };
    const { affected } = await this.database.manager.update(ErasureEntity, guard, { dueAt, tries: tries + 1 });
    return affected === 1;
  }

  /** Notes that it was erased, and is to be once more after a minute. */
  async noteErased(batchId: string): Promise<void> {
    const dueAt = new Date(this.clock.now() + FIRST_WAIT_MS);
    await this.database.manager.update(ErasureEntity, { batchId }, { erased: true, tries: 0, dueAt });
  }

  async delete(batchId: string): Promise<void> {
    await this.database.manager.delete(ErasureEntity, { batchId });
  }
}
