import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { JobQueue } from '../queue/job-queue';
import { BatchCloser } from './batch-closer';
import { BatchEntity } from './batch.entity';
import { BatchesStore } from './batches.store';
import { BatchTransitions } from './batch-transitions';
import { BATCH_MOVES, isTerminal, type BatchStatus } from './batch-status';
import { writeHints } from './count-hints';
import { deriveStatus } from './derive-status';
import { LeftoversStore, type Leftover } from './leftovers.store';
import { nextJob } from './part-jobs';
import { PartKinds } from './part-kinds';
import { PartEntity } from './part.entity';
import type { PartState } from './part-state';
import { inOrder, PartSlots } from './part-slots';
import { LeaseLostError, PartsStore, type Lease, type PartPatch } from './parts.store';
import { INSTANT_OF } from './status-instants';

type BatchPatch = QueryDeepPartialEntity<BatchEntity>;

export interface PartMove {
  readonly from: PartState;
  readonly to: PartState;
  readonly patch: PartPatch;
  /** Comes first in the transaction, and undoes it by a throw. */
  readonly before?: ((tx: EntityManager) => Promise<void>) | undefined;
  /** What the part names no more once it has moved, and what may still be at its provider. */
  readonly leftover?: Leftover | undefined;
}

/** Moves parts, and their batch with them, in one transaction. */
@Injectable()
export class BatchProgress {
  constructor(
    private readonly database: Database,
    private readonly batches: BatchesStore,
    private readonly parts: PartsStore,
    private readonly leftovers: LeftoversStore,
    private readonly queue: JobQueue,
    private readonly kinds: PartKinds,
    private readonly slots: PartSlots,
    private readonly closer: BatchCloser,
    private readonly transitions: BatchTransitions,
    private readonly clock: Clock,
  ) {}

  /** Moves a part under its lease and enqueues what follows; throws {@link LeaseLostError} and changes nothing when it was lost. */
  async move(lease: Lease, batchId: string, { from, to, patch, before, leftover }: PartMove): Promise<void> {
    await this.database.transaction(async (tx) => {
      const batch = await this.lock(lease, batchId, tx);
      await before?.(tx);
      await this.parts.move(lease, from, to, { dueAt: new Date(this.clock.now()), ...patch }, tx);
      if (leftover) await this.leftovers.insert([leftover], tx);
      await this.refresh(batch, tx);
      const woken = isInFlight(from) && !isInFlight(to) ? await this.slots.freed(batch, to === 'collecting', tx) : [];
      const own = nextJob(lease.partId, to);
      for (const job of inOrder(own ? [...woken, own] : woken)) await this.queue.enqueue(job, tx);
    });
  }

  /** Writes what a poll found on a part that goes on running. */
  async note(lease: Lease, batchId: string, patch: PartPatch): Promise<void> {
    await this.database.transaction(async (tx) => {
      const batch = await this.lock(lease, batchId, tx);
      await this.parts.update(lease, patch, tx);
      await this.refresh(batch, tx);
    });
  }

  /** Ends a batch whose parts have ended and that was left behind; false when it has ended, or was deleted, meanwhile. */
  async settle(batchId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const batch = await this.batches.lock(batchId, tx);
      if (!batch || isTerminal(batch.status)) return false;
      await this.refresh(batch, tx);
      return true;
    });
  }

  /** Every move locks the batch before its parts, so that two of them never wait for each other. With a batch its leases go, too. */
  private async lock({ partId }: Lease, batchId: string, tx: EntityManager): Promise<BatchEntity> {
    const batch = await this.batches.lock(batchId, tx);
    if (!batch) throw new LeaseLostError(partId);
    return batch;
  }

  private async refresh(batch: BatchEntity, tx: EntityManager): Promise<void> {
    if (isTerminal(batch.status)) return;
    const status = deriveStatus(batch, await this.kinds.of(batch.id, tx));
    const moves = status !== batch.status;
    if (!isTerminal(status)) await this.writeHints(batch.id, tx);
    if (!moves) return;
    const closed = isTerminal(status) ? await this.closer.close(batch, tx) : {};
    await tx.update(BatchEntity, { id: batch.id }, { ...closed, ...this.enter(batch.status, status) });
    await this.transitions.announce({ batch, from: batch.status, to: status }, tx);
  }

  private async writeHints(batchId: string, tx: EntityManager): Promise<void> {
    const [parts, batches] = [this.database.tableOf(PartEntity), this.database.tableOf(BatchEntity)];
    await tx.query(writeHints({ parts, batches }), [[batchId]]);
  }

  private enter(from: BatchStatus, to: BatchStatus): BatchPatch {
    if (!BATCH_MOVES[from].includes(to)) throw new Error(`A batch cannot go from ${from} to ${to}`);
    return { status: to, [INSTANT_OF[to]]: new Date(this.clock.now()) };
  }
}

function isInFlight(state: PartState): boolean {
  return state === 'submitting' || state === 'running';
}
