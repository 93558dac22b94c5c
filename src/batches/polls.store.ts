import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import type { RemoteBatch } from '../providers/contract/adapter';
import { BatchEntity } from './batch.entity';
import { writeHints, type BatchTables } from './count-hints';
import { PartEntity } from './part.entity';
import { LEASE_MS, PartsStore, type Lease } from './parts.store';

/** A running part whose poll is due, under a lease, with what its row says. */
export interface ClaimedPoll extends Pick<
  PartEntity,
  'batchId' | 'provider' | 'remoteId' | 'remoteState' | 'remoteCounts' | 'stopReason'
> {
  readonly lease: Lease;
}

/** A poll after which the part goes on running in the state that it was in. */
export interface QuietPoll {
  readonly claimed: ClaimedPoll;
  readonly counts: RemoteBatch['counts'];
  /** When the part is to be polled next. */
  readonly dueAt: Date;
}

/**
 * Provider by provider, along the index, so that thousands of due parts of one that hangs are never walked through. The inner
 * limit, and the array of ids, are for the planner, which would think the due parts to be so many that it reads the whole table.
 */
const claimDue = (parts: string) => `WITH RECURSIVE named AS (
    (SELECT provider FROM ${parts} WHERE state = 'running' ORDER BY provider LIMIT 1)
    UNION ALL
    SELECT (SELECT next.provider FROM ${parts} next WHERE next.state = 'running' AND next.provider > named.provider
      ORDER BY next.provider LIMIT 1)
    FROM named WHERE named.provider IS NOT NULL
  ), due AS (
    SELECT free.id FROM named
    LEFT JOIN unnest($3::text[], $4::integer[]) AS busy (provider, polls) ON busy.provider = named.provider
    CROSS JOIN LATERAL (
      SELECT id FROM (
        SELECT id FROM ${parts} WHERE state = 'running' AND provider = named.provider AND due_at <= $1
          AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED) most
      LIMIT GREATEST($2 - COALESCE(busy.polls, 0), 0)) free
  )
  UPDATE ${parts} part SET lease_holder = $5, lease_expires_at = $6, fence = part.fence + 1
  WHERE part.id = ANY(ARRAY(SELECT id FROM due))
  RETURNING part.id, part.fence, part.batch_id, part.provider, part.remote_id, part.remote_state, part.remote_counts,
    part.stop_reason`;

/** Batches are locked before their parts, always. */
const lockBatches = (batches: string) => `SELECT id FROM ${batches} WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`;

/** A part that was told to stop meanwhile keeps the time at which that woke it. */
const writeQuiet = (
  parts: string,
) => `UPDATE ${parts} part SET lease_holder = NULL, lease_expires_at = NULL, failures = 0, remote_counts = poll.counts,
    due_at = CASE WHEN part.stop_reason IS NULL THEN poll.due_at ELSE part.due_at END
  FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::jsonb[]) AS poll (id, fence, due_at, counts)
  WHERE part.id = poll.id AND part.fence = poll.fence
  RETURNING part.id`;

/**
 * Rows that somebody else writes, such as a cancel all those of its batch, are passed over: two that wait for each other's rows
 * would never end. A lease outlives a renewal that did not take place.
 */
const holdUntil = (parts: string) => `UPDATE ${parts} part
  SET lease_expires_at = $3, lease_holder = CASE WHEN $3::timestamptz IS NULL THEN NULL ELSE lease_holder END
  WHERE part.id IN (
    SELECT held.id FROM ${parts} held
    JOIN unnest($1::text[], $2::integer[]) AS lease (id, fence) ON held.id = lease.id AND held.fence = lease.fence
    FOR UPDATE OF held SKIP LOCKED)`;

interface ClaimedRow {
  readonly id: string;
  readonly fence: number;
  readonly batch_id: string;
  readonly provider: string;
  readonly remote_id: string | null;
  readonly remote_state: ClaimedPoll['remoteState'];
  readonly remote_counts: ClaimedPoll['remoteCounts'];
  readonly stop_reason: ClaimedPoll['stopReason'];
}

/** Polls of thousands of running parts in a few statements, whatever their number. Every write names its fence. */
@Injectable()
export class PollsStore {
  private readonly tables: BatchTables;

  constructor(
    private readonly database: Database,
    private readonly parts: PartsStore,
    private readonly clock: Clock,
  ) {
    this.tables = { parts: database.tableOf(PartEntity), batches: database.tableOf(BatchEntity) };
  }

  /**
   * Takes the leases of running parts that want a poll, in one statement, so that no two workers poll the same. Of each
   * provider at most `limit` less those that are `busy` already.
   */
  async claim(limit: number, busy: ReadonlyMap<string, number>): Promise<ClaimedPoll[]> {
    const now = this.clock.now();
    const [rows] = await this.database.manager.query<[ClaimedRow[], number]>(claimDue(this.tables.parts), [
      new Date(now),
      limit,
      [...busy.keys()],
      [...busy.values()],
      this.parts.holder,
      new Date(now + LEASE_MS),
    ]);
    return rows.map(toClaimed);
  }

  /** Notes polls and gives their leases back. Of a part whose lease was lost nothing is written. */
  async write(polls: readonly QuietPoll[]): Promise<void> {
    if (polls.length === 0) return;
    await this.database.transaction(async (tx) => {
      await tx.query(lockBatches(this.tables.batches), [batchesOf(polls)]);
      const written = await this.writeParts(polls, tx);
      const told = polls.filter((poll) => written.has(poll.claimed.lease.partId) && countsMoved(poll));
      if (told.length > 0) await tx.query(writeHints(this.tables), [batchesOf(told)]);
    });
  }

  /** Holds leases longer. */
  renew(leases: readonly Lease[]): Promise<void> {
    return this.hold(leases, new Date(this.clock.now() + LEASE_MS));
  }

  /** Gives leases back and leaves their parts as they are. */
  release(leases: readonly Lease[]): Promise<void> {
    return this.hold(leases, null);
  }

  private async hold(leases: readonly Lease[], until: Date | null): Promise<void> {
    if (leases.length === 0) return;
    const parameters = [leases.map(({ partId }) => partId), leases.map(({ fence }) => fence), until];
    await this.database.manager.query(holdUntil(this.tables.parts), parameters);
  }

  /** Resolves to the ids of the parts that were written. */
  private async writeParts(polls: readonly QuietPoll[], tx: EntityManager): Promise<Set<string>> {
    const [rows] = await tx.query<[{ id: string }[], number]>(writeQuiet(this.tables.parts), [
      polls.map(({ claimed }) => claimed.lease.partId),
      polls.map(({ claimed }) => claimed.lease.fence),
      polls.map(({ dueAt }) => dueAt),
      polls.map(({ counts }) => counts && JSON.stringify(counts)),
    ]);
    return new Set(rows.map(({ id }) => id));
  }
}

function toClaimed(row: ClaimedRow): ClaimedPoll {
  return {
    lease: { partId: row.id, fence: row.fence },
    batchId: row.batch_id,
    provider: row.provider,
    remoteId: row.remote_id,
    remoteState: row.remote_state,
    remoteCounts: row.remote_counts,
    stopReason: row.stop_reason,
  };
}

function batchesOf(polls: readonly QuietPoll[]): string[] {
  return [...new Set(polls.map(({ claimed }) => claimed.batchId))];
}

function countsMoved({ claimed: { remoteCounts: known }, counts }: QuietPoll): boolean {
  return known?.total !== counts?.total || known?.succeeded !== counts?.succeeded || known?.failed !== counts?.failed;
}
