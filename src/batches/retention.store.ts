import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../persistence/database';
import { BatchEntity } from './batch.entity';

/** When a batch ended, null until it has; spelled as the index of it spells it, so that it is used. */
const ENDED_AT = 'COALESCE(completed_at, failed_at, expired_at, cancelled_at)';

/** Whether a batch is past its retention: it ended before `cutoff`, a placeholder; never, where that is null. */
const isPastRetention = (cutoff: string) => `${ENDED_AT} <= ${cutoff}::timestamptz`;

const selectPast = (batches: string) => `SELECT id FROM ${batches} WHERE ${isPastRetention('$1')}
  ORDER BY ${ENDED_AT} LIMIT $2`;

/** Batches that have been kept for as long as they are to be. */
@Injectable()
export class RetentionStore {
  constructor(private readonly database: Database) {}

  /** Ids of batches that ended before `cutoff`, those first that ended first; none when it is null. */
  async listPast(cutoff: Date | null, limit: number): Promise<string[]> {
    const statement = selectPast(this.database.tableOf(BatchEntity));
    const rows = await this.database.manager.query<{ id: string }[]>(statement, [cutoff, limit]);
    return rows.map(({ id }) => id);
  }

  /** Locks it; null when it is no more, or not past its retention. */
  lockPast(id: string, cutoff: Date | null, tx: EntityManager): Promise<BatchEntity | null> {
    return tx
      .createQueryBuilder(BatchEntity, 'batch')
      .where(`batch.id = :id AND ${isPastRetention(':cutoff')}`, { id, cutoff })
      .setLock('pessimistic_write')
      .getOne();
  }
}
