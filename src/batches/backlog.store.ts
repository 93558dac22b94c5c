import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { BatchEntity } from './batch.entity';
import { IS_ACTIVE, type BatchStatus } from './batch-status';
import { PartEntity } from './part.entity';
import type { PartState } from './part-state';

/** Parts that have not ended, of one provider and state. */
export interface BacklogParts {
  readonly provider: string;
  readonly state: PartState;
  readonly count: number;
  /** How long one of them has been due with nobody at work on it, in milliseconds; the longest, 0 when none is. */
  readonly dueMs: number;
}

/** What is not done yet, over all processes. */
export interface Backlog {
  readonly parts: readonly BacklogParts[];
  readonly batches: readonly { readonly status: BatchStatus; readonly count: number }[];
}

const FREE = '(lease_expires_at IS NULL OR lease_expires_at <= $1)';

/** The states are spelled as the partial indexes spell them, so that they are used. Parked parts are due once they are to stop. */
const selectBacklog = (parts: string, batches: string) => `
  SELECT provider, state, count(*)::int AS count, min(due_at) FILTER (WHERE ${FREE}) AS due_at
    FROM ${parts} WHERE state = 'running' GROUP BY provider, state
  UNION ALL
  SELECT provider, state, count(*)::int,
      min(due_at) FILTER (WHERE ${FREE} AND (state <> 'needs_operator' OR stop_reason IS NOT NULL))
    FROM ${parts} WHERE state NOT IN ('ended', 'running') GROUP BY provider, state
  UNION ALL
  SELECT NULL, status, count(*)::int, NULL
    FROM ${batches} WHERE ${IS_ACTIVE} GROUP BY status`;

type BacklogRow =
  | { readonly provider: string; readonly state: PartState; readonly count: number; readonly due_at: Date | null }
  | { readonly provider: null; readonly state: BatchStatus; readonly count: number; readonly due_at: null };

/** Counts what has not ended; what has is not looked at. */
@Injectable()
export class BacklogStore {
  private readonly statement: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.statement = selectBacklog(database.tableOf(PartEntity), database.tableOf(BatchEntity));
  }

  async read(): Promise<Backlog> {
    const now = this.clock.now();
    const rows = await this.database.manager.query<BacklogRow[]>(this.statement, [new Date(now)]);
    const dueMs = (dueAt: Date | null) => Math.max(0, now - (dueAt?.getTime() ?? now));
    return {
      parts: rows.flatMap((row) => (row.provider === null ? [] : { ...row, dueMs: dueMs(row.due_at) })),
      batches: rows.flatMap((row) => (row.provider === null ? { status: row.state, count: row.count } : [])),
    };
  }
}
