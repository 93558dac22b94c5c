import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../persistence/database';
import { PartEntity } from './part.entity';

/** Parts of a batch that are alike in all that its status depends on; texts and counts are those of one of them. */
export type PartKind = Pick<PartEntity, 'state' | 'remoteId' | 'remoteState' | 'failedWhole' | 'succeeded' | 'notRun'>;

const selectKinds = (parts: string) => `SELECT state, remote_state AS "remoteState", failed_whole AS "failedWhole",
    min(remote_id) AS "remoteId", max(succeeded) AS succeeded, max(not_run) AS "notRun"
  FROM ${parts} WHERE batch_id = $1
  GROUP BY state, remote_state, failed_whole, remote_id IS NULL, succeeded = 0, not_run = 0`;

/** The parts of a batch in so few rows that each of a hundred can be followed without reading the others. */
@Injectable()
export class PartKinds {
  private readonly table: string;

  constructor(database: Database) {
    this.table = database.tableOf(PartEntity);
  }

  of(batchId: string, tx: EntityManager): Promise<PartKind[]> {
    return tx.query<PartKind[]>(selectKinds(this.table), [batchId]);
  }
}
