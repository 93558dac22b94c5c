import { Injectable } from '@nestjs/common';
import { In, LessThan, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { TEST_EVENT } from './webhook-events';

/** What can be known of a delivery without its payload. */
export type DueDelivery = Pick<WebhookDeliveryEntity, 'id' | 'endpointId' | 'ownerId'>;
type Patch = QueryDeepPartialEntity<WebhookDeliveryEntity>;

/** Whom nothing more is sent to for now. */
export interface Busy {
  readonly endpoints: readonly string[];
  readonly owners: readonly string[];
}

const IS_FREE = `status = 'pending' AND due_at <= $1 AND (lease_expires_at IS NULL OR lease_expires_at <= $1)`;

const selectDue = (deliveries: string) => `SELECT id, endpoint_id AS "endpointId", owner_id AS "ownerId"
  FROM ${deliveries} WHERE ${IS_FREE} AND endpoint_id <> ALL($2) AND owner_id <> ALL($3) ORDER BY due_at LIMIT $4`;

const claim = (deliveries: string) => `UPDATE ${deliveries} AS delivery
  SET lease_expires_at = $2, attempts = delivery.attempts + 1
  FROM (SELECT id FROM ${deliveries} WHERE ${IS_FREE} AND id = ANY($3) ORDER BY id FOR UPDATE SKIP LOCKED) AS free
  WHERE delivery.id = free.id RETURNING delivery.id`;

const deleteOld = (deliveries: string) => `DELETE FROM ${deliveries} WHERE id IN (
  SELECT id FROM ${deliveries} WHERE created_at < $1 AND status <> 'pending' ORDER BY created_at LIMIT $2)
  RETURNING id`;

/** Deliveries, by the questions that are asked of them. The row is the truth: who sends one holds its lease, and its count of attempts. */
@Injectable()
export class DeliveriesStore {
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.table = database.tableOf(WebhookDeliveryEntity);
  }

  async insert(deliveries: WebhookDeliveryEntity[], tx: EntityManager): Promise<void> {
    await tx.insert(WebhookDeliveryEntity, deliveries);
  }

  /** Those that are to be sent and that nobody is sending, the longest due first. */
  listDue(limit: number, { endpoints, owners }: Busy): Promise<DueDelivery[]> {
    const parameters = [this.now(), endpoints, owners, limit];
    return this.database.manager.query<DueDelivery[]>(selectDue(this.table), parameters);
  }

  /** Takes those of them that are still free for `leaseMs`, each for its next attempt. */
  async claim(ids: readonly string[], leaseMs: number): Promise<WebhookDeliveryEntity[]> {
    const parameters = [this.now(), this.now(leaseMs), ids];
    const [rows] = await this.database.manager.query<[{ id: string }[], number]>(claim(this.table), parameters);
    if (rows.length === 0) return [];
    return this.database.manager.findBy(WebhookDeliveryEntity, { id: In(rows.map(({ id }) => id)) });
  }

  /** Writes what became of an attempt and gives the lease back; changes nothing when somebody else has begun another one since. */
  async settle({ id, attempts }: WebhookDeliveryEntity, patch: Patch, tx?: EntityManager): Promise<void> {
    const manager = tx ?? this.database.manager;
    const fence = { id, attempts, status: 'pending' as const };
    await manager.update(WebhookDeliveryEntity, fence, { ...patch, leaseExpiresAt: null });
  }

  /** Ends whatever waits for an endpoint to which nothing more is sent. */
  async failPending(endpointId: string, reason: string, tx: EntityManager): Promise<void> {
    const failed = { status: 'failed', lastError: reason, leaseExpiresAt: null } as const;
    await tx.update(WebhookDeliveryEntity, { endpointId, status: 'pending' }, failed);
  }

  /** Newest first; `after` is a bound, whose delivery need not exist any more. */
  list(endpointId: string, limit: number, after: string | undefined): Promise<WebhookDeliveryEntity[]> {
    return this.database.manager.find(WebhookDeliveryEntity, {
      where: { endpointId, ...(after !== undefined && { id: LessThan(after) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  lock(endpointId: string, id: string, tx: EntityManager): Promise<WebhookDeliveryEntity | null> {
    return tx.findOne(WebhookDeliveryEntity, { where: { id, endpointId }, lock: { mode: 'pessimistic_write' } });
  }

  async replay(id: string, tx: EntityManager): Promise<void> {
    const again = { status: 'pending', failures: 0, dueAt: this.now(), deliveredAt: null } as const;
    await tx.update(WebhookDeliveryEntity, { id }, again);
  }

  /** Whether somebody is sending it. */
  isHeld({ status, leaseExpiresAt }: WebhookDeliveryEntity): boolean {
    return status === 'pending' && leaseExpiresAt !== null && leaseExpiresAt.getTime() > this.clock.now();
  }

  /** Where there is no other process: leases found at the start belong to a former self. */
  async releaseAll(): Promise<void> {
    await this.database.manager.update(WebhookDeliveryEntity, { status: 'pending' }, { leaseExpiresAt: null });
  }

  countPending(): Promise<number> {
    return this.database.manager.countBy(WebhookDeliveryEntity, { status: 'pending' });
  }

  countPendingTests(endpointId: string, tx: EntityManager): Promise<number> {
    return tx.countBy(WebhookDeliveryEntity, { endpointId, status: 'pending', type: TEST_EVENT });
  }

  /** Deletes up to `limit` of those that have ended and are older than `ageMs`; resolves to how many. */
  async deleteOld(ageMs: number, limit: number): Promise<number> {
    const parameters = [this.now(-ageMs), limit];
    const [rows] = await this.database.manager.query<[object[], number]>(deleteOld(this.table), parameters);
    return rows.length;
  }

  private now(later = 0): Date {
    return new Date(this.clock.now() + later);
  }
}
