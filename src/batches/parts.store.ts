import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { Database } from '../persistence/database';
import { PartEntity } from './part.entity';
import { PART_MOVES, STEP_STATES, type PartState } from './part-state';

/** How long a lease holds without being renewed. */
export const LEASE_MS = 15_000;

/** The right to act on a part, until it lapses or a later holder takes it. */
export interface Lease {
  readonly partId: string;
  readonly fence: number;
}

/** The holder's lease has lapsed and somebody else may act: nothing was written. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(partId: string) {
    super(`The lease on ${partId} was lost`);
  }
}

export type PartPatch = QueryDeepPartialEntity<PartEntity>;

const UNSENT = `(state = 'queued' OR (state = 'submitting' AND create_sent_at IS NULL))`;

/** Of each state by itself, or a backlog of parts that are to be sent would hide all others for as long as it lasts. */
const selectDue = (parts: string) =>
  STEP_STATES.map(
    (state) => `(SELECT id, state FROM ${parts}
  WHERE state NOT IN ('ended', 'running') AND state = '${state}' AND due_at <= $1
    AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
    AND (state <> 'needs_operator' OR stop_reason IS NOT NULL)
    AND NOT (provider = ANY($3) AND stop_reason IS NULL AND ${UNSENT})
  ORDER BY due_at, id LIMIT $2)`,
  ).join(' UNION ALL ');

/** Rows that somebody else writes are passed over: who holds several must not be waited for. */
const wakePutOff = (parts: string) => `UPDATE ${parts} SET due_at = $1 WHERE id IN (
    SELECT id FROM ${parts} WHERE state IN ('queued', 'submitting') AND due_at = $2 AND provider = $3
    FOR UPDATE SKIP LOCKED)`;

/**
 * A part that is to stop is looked at at once, unless a create without an answer is being looked for, which takes its time,
 * or its results are being collected.
 */
export const wakeStopped = (parts: string) => `UPDATE ${parts} SET due_at = $1, failures = 0
  WHERE (state IN ('queued', 'running', 'needs_operator') OR (state = 'submitting' AND create_sent_at IS NULL))`;

/** Parts and the leases on them. */
@Injectable()
export class PartsStore {
  /** Who this process is as a holder of leases. */
  readonly holder: string;
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    ids: Ids,
  ) {
    this.holder = ids.next('worker');
    this.table = database.tableOf(PartEntity);
  }

  find(partId: string): Promise<PartEntity | null> {
    return this.database.manager.findOneBy(PartEntity, { id: partId });
  }

  /** Parts, other than running ones, that want a step; of each state at most `limit`. None that is to be sent to a provider that is `paused`. */
  async listDue(limit: number, paused: readonly string[]): Promise<{ id: string; state: PartState }[]> {
    return this.database.manager.query(selectDue(this.table), [new Date(this.clock.now()), limit, paused]);
  }

  /** Takes the lease on a part; null when somebody holds it or the part has ended. */
  async claim(partId: string): Promise<Lease | null> {
    const now = this.clock.now();
    const result = await this.database.manager
      .createQueryBuilder()
      .update(PartEntity)
      .set({ leaseHolder: this.holder, leaseExpiresAt: new Date(now + LEASE_MS), fence: () => 'fence + 1' })
      .where(`id = :partId AND state <> 'ended' AND (lease_expires_at IS NULL OR lease_expires_at <= :now)`)
      .setParameters({ partId, now: new Date(now) })
      .returning('fence')
      .execute();
    const row = (result.raw as { fence: number }[])[0];
    return row ? { partId, fence: row.fence } : null;
  }

  /** Holds the lease longer; throws {@link LeaseLostError}. */
  async renew(lease: Lease): Promise<void> {
    await this.update(lease, { leaseExpiresAt: new Date(this.clock.now() + LEASE_MS) });
  }

  /** Gives the lease back, and wakes a part that was told to stop meanwhile; a lease that was lost is no error. */
  async release({ partId, fence }: Lease, wasToStop: boolean): Promise<void> {
    const manager = this.database.manager;
    await manager.update(PartEntity, { id: partId, fence }, { leaseHolder: null, leaseExpiresAt: null });
    if (wasToStop) return;
    const now = new Date(this.clock.now());
    await manager.query(`${wakeStopped(this.table)} AND id = $2 AND stop_reason IS NOT NULL`, [now, partId]);
  }

  /** Frees every lease: for the only process of its database, whose former self may have been killed. */
  async releaseAll(): Promise<void> {
    await this.database.manager
      .createQueryBuilder()
      .update(PartEntity)
      .set({ leaseHolder: null, leaseExpiresAt: null })
      .where('lease_expires_at IS NOT NULL')
      .execute();
  }

  /** Makes due the parts of a provider that were put off until then. */
  async wakePutOff(provider: string, until: Date): Promise<void> {
    await this.database.manager.query(wakePutOff(this.table), [new Date(this.clock.now()), until, provider]);
  }

  /** Writes under a lease; throws {@link LeaseLostError} when it was lost. */
  async update({ partId, fence }: Lease, patch: PartPatch, tx?: EntityManager): Promise<void> {
    const result = await (tx ?? this.database.manager).update(PartEntity, { id: partId, fence }, patch);
    if (result.affected !== 1) throw new LeaseLostError(partId);
  }

  /** Moves a part under a lease, guarded by the state it must be in. */
  async move(lease: Lease, from: PartState, to: PartState, patch: PartPatch, tx?: EntityManager): Promise<void> {
    if (!PART_MOVES[from].includes(to)) throw new Error(`A part cannot go from ${from} to ${to}`);
    const guard = { id: lease.partId, fence: lease.fence, state: from };
    const manager = tx ?? this.database.manager;
    const result = await manager.update(PartEntity, guard, { failures: 0, waitsFor: null, ...patch, state: to });
    if (result.affected !== 1) throw new LeaseLostError(lease.partId);
  }
}
