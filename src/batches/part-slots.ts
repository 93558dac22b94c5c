import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { JobQueue } from '../queue/job-queue';
import type { Job } from '../queue/job';
import { BatchEntity } from './batch.entity';
import { nextJob } from './part-jobs';
import { PartEntity } from './part.entity';
import type { PartState, WaitReason } from './part-state';
import { PartsStore, type Lease } from './parts.store';

/** Parts woken at a time where there is no limit of slots any more. */
const AT_ONCE = 1000;
/** A part that waits is woken when its turn comes, and the tick finds whose turn was missed: nothing else brings it back. */
export const LONGEST_WAIT_MS = 24 * 3_600_000;

/** One that was told to stop meanwhile keeps the time at which that woke it. */
const putOff = (parts: string) => `UPDATE ${parts} SET due_at = $1 WHERE id = $2 AND stop_reason IS NULL`;

/** The parts that take up a slot of their provider. */
const IN_FLIGHT = `state IN ('submitting', 'running') AND waits_for IS NULL`;

const countInFlight = (parts: string) =>
  `SELECT count(*)::int AS jobs FROM ${parts} WHERE provider = $1 AND ${IN_FLIGHT}`;

/**
 * Whose turn it is: the owner's with the fewest parts in flight, and each further part of an owner counts as if those before it
 * were in flight already. Of equals the part that stands first in its batch, so that where there is one slot a long batch lets others in;
 * then the oldest batch.
 */
const selectNext = (parts: string, batches: string) => `WITH in_flight AS (
    SELECT b.owner_id, count(*) AS jobs FROM ${parts} p JOIN ${batches} b ON b.id = p.batch_id
    WHERE p.provider = $1 AND ${IN_FLIGHT.replace(/state|waits_for/g, 'p.$&')} GROUP BY b.owner_id)
  SELECT id FROM (
    SELECT p.id, p.batch_id, p.ordinal,
      coalesce(f.jobs, 0) + row_number() OVER (PARTITION BY b.owner_id ORDER BY p.batch_id, p.ordinal) AS turn
    FROM ${parts} p JOIN ${batches} b ON b.id = p.batch_id LEFT JOIN in_flight f ON f.owner_id = b.owner_id
    WHERE p.provider = $1 AND p.waits_for = $2 AND p.stop_reason IS NULL
      AND ($3::text IS NULL OR b.upstream_model = $3)) waiting
  ORDER BY turn, ordinal, batch_id LIMIT $4`;

const selectAwaited = (parts: string) => `SELECT
  EXISTS (SELECT FROM ${parts} WHERE provider = $1 AND waits_for = 'slot') AS slot,
  EXISTS (SELECT FROM ${parts} WHERE provider = $1 AND waits_for = 'room') AS room`;

/** Passes over rows that somebody else writes: who holds several of them must not be waited for while we hold our own. */
const wakeParts = (parts: string) => `UPDATE ${parts} SET due_at = $1 WHERE id IN (
    SELECT id FROM ${parts} WHERE id = ANY($2) AND waits_for IS NOT NULL AND due_at > $1 FOR UPDATE SKIP LOCKED)
  RETURNING id, state`;

/** Which parts may be at a provider at once, over all processes: counted from the rows, so that nothing is to be given back. */
@Injectable()
export class PartSlots {
  private readonly parts: string;
  private readonly batches: string;

  constructor(
    private readonly database: Database,
    private readonly store: PartsStore,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {
    this.parts = database.tableOf(PartEntity);
    this.batches = database.tableOf(BatchEntity);
  }

  /**
   * Runs `claim`, which puts the part in flight, where one of `max` slots is free and it is the part's turn; else notes that it waits.
   * Throws {@link LeaseLostError}.
   */
  async take(
    lease: Lease,
    { provider, max }: { provider: string; max: number },
    claim: (tx: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      // One at a time for each provider, and only as long as these few statements take.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${this.parts} ${provider}`]);
      await this.store.update(lease, { waitsFor: 'slot' }, tx);
      const next = await this.nextForSlots(provider, max, tx);
      if (!next.includes(lease.partId)) {
        await tx.query(putOff(this.parts), [new Date(this.clock.now() + LONGEST_WAIT_MS), lease.partId]);
        return false;
      }
      await claim(tx);
      const others = next.filter((id) => id !== lease.partId);
      await this.enqueue(await this.wake(others, tx), tx);
      return true;
    });
  }

  /** A part of this batch is in flight no more: wakes whose turn that makes it. `ended`: the provider has room for as much again. */
  async freed(
    { provider, upstreamModel }: Pick<BatchEntity, 'provider' | 'upstreamModel'>,
    ended: boolean,
    tx: EntityManager,
  ): Promise<Job[]> {
    const [awaited] = await tx.query<Record<WaitReason, boolean>[]>(selectAwaited(this.parts), [provider]);
    const waiting: string[] = [];
    if (awaited?.slot) waiting.push(...(await this.next({ provider, waitsFor: 'slot', model: null, limit: 1 }, tx)));
    if (awaited?.room && ended) {
      waiting.push(...(await this.next({ provider, waitsFor: 'room', model: upstreamModel, limit: 1 }, tx)));
    }
    return this.wake(waiting, tx);
  }

  /** The providers of parts that wait for a slot. */
  async awaited(): Promise<string[]> {
    const distinct = `SELECT DISTINCT provider FROM ${this.parts} WHERE waits_for = 'slot'`;
    const rows = await this.database.manager.query<{ provider: string }[]>(distinct);
    return rows.map((row) => row.provider);
  }

  /** Makes due the parts whose turn it is: for slots that came free without anybody being woken, or for a limit taken away. */
  async wakeForSlots(provider: string, max: number | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const any = { provider, waitsFor: 'slot', model: null, limit: AT_ONCE } as const;
      await this.wake(max === null ? await this.next(any, tx) : await this.nextForSlots(provider, max, tx), tx);
    });
  }

  private async nextForSlots(provider: string, max: number, tx: EntityManager): Promise<string[]> {
    const [inFlight] = await tx.query<{ jobs: number }[]>(countInFlight(this.parts), [provider]);
    const limit = max - (inFlight?.jobs ?? 0);
    return limit > 0 ? this.next({ provider, waitsFor: 'slot', model: null, limit }, tx) : [];
  }

  private async next(
    {
      provider,
      waitsFor,
      model,
      limit,
    }: { provider: string; waitsFor: WaitReason; model: string | null; limit: number },
    tx: EntityManager,
  ): Promise<string[]> {
    const parameters = [provider, waitsFor, model, limit];
    const rows = await tx.query<{ id: string }[]>(selectNext(this.parts, this.batches), parameters);
    return rows.map((row) => row.id);
  }

  private async wake(ids: readonly string[], tx: EntityManager): Promise<Job[]> {
    if (ids.length === 0) return [];
    const [woken] = await tx.query<[{ id: string; state: PartState }[], number]>(wakeParts(this.parts), [
      new Date(this.clock.now()),
      ids,
    ]);
    return woken.flatMap(({ id, state }) => nextJob(id, state) ?? []);
  }

  private async enqueue(jobs: readonly Job[], tx: EntityManager): Promise<void> {
    for (const job of inOrder(jobs)) await this.queue.enqueue(job, tx);
  }
}

/** In one order everywhere, so that two transactions that insert the same jobs never wait for each other. */
export function inOrder(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => (a.key < b.key ? -1 : 1));
}
