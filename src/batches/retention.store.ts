import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { BatchEntity } from './batch.entity';

/** When a batch ended, null until it has; spelled as the index of it spells it, so that it is used. */
const ENDED_AT = 'COALESCE(completed_at, failed_at, expired_at, cancelled_at)';

/** Past the time that all batches are kept: it ended before `cutoff`, a placeholder; never, where that is null. */
const isOld = (cutoff: string) => `${ENDED_AT} <= ${cutoff}::timestamptz`;

/** Past the time that its own create names for its results (`output_expires_after`), at `now`, a placeholder. */
const hasExpired = (now: string) =>
  `output_expires_after IS NOT NULL AND ${ENDED_AT} + output_expires_after * interval '1 second' <= ${now}::timestamptz`;

/** Apart, since each has an index. */
const selectPast = (batches: string) => `SELECT id FROM (
    (SELECT id, ${ENDED_AT} AS ended_at FROM ${batches} WHERE ${isOld('$1')} ORDER BY ${ENDED_AT} LIMIT $3)
    UNION (SELECT id, ${ENDED_AT} AS ended_at FROM ${batches} WHERE ${hasExpired('$2')} ORDER BY ${ENDED_AT} LIMIT $3)
  ) past ORDER BY ended_at LIMIT $3`;

/** Batches that have been kept for as long as they are to be. */
@Injectable()
export class RetentionStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Ids of batches that ended before `cutoff`, if it is not null, or that have expired by now; those first that ended first. */
  async listPast(cutoff: Date | null, limit: number): Promise<string[]> {
    const statement = selectPast(this.database.tableOf(BatchEntity));
    const rows = await this.database.manager.query<{ id: string }[]>(statement, [cutoff, this.now, limit]);
    return rows.map(({ id }) => id);
  }

  /** Locks it; null when it is no more, or not past its retention. */
  lockPast(id: string, cutoff: Date | null, tx: EntityManager): Promise<BatchEntity | null> {
    return tx
      .createQueryBuilder(BatchEntity, 'batch')
      .where(`batch.id = :id AND (${isOld(':cutoff')} OR ${hasExpired(':now')})`, { id, cutoff, now: this.now })
      .setLock('pessimistic_write')
      .getOne();
  }

  private get now(): Date {
    return new Date(this.clock.now());
  }
}
