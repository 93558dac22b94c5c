import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { Database } from '../persistence/database';
import { WebhookEndpointEntity } from './webhook-endpoint.entity';

/** The first half of a pair that names what is locked; nothing else in the database locks by it. */
const COUNT_LOCK = 7_221_003;

/** Endpoints, by the questions that are asked of them. */
@Injectable()
export class EndpointsStore {
  constructor(private readonly database: Database) {}

  /** Inserts an endpoint unless its owner has `limit` of them already; then false. */
  async insertWithin(limit: number, endpoint: WebhookEndpointEntity): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      // Not the owner's row, which a host's owner need not have.
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [COUNT_LOCK, endpoint.ownerId]);
      if ((await tx.countBy(WebhookEndpointEntity, { ownerId: endpoint.ownerId })) >= limit) return false;
      await tx.insert(WebhookEndpointEntity, endpoint);
      return true;
    });
  }

  findOwned(ownerId: string, id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.manager.findOneBy(WebhookEndpointEntity, { id, ownerId });
  }

  find(id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.manager.findOneBy(WebhookEndpointEntity, { id });
  }

  /** Of all owners, in their order, beyond `after`. */
  async listIds(after: string, limit: number): Promise<string[]> {
    const options = {
      select: { id: true },
      where: { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    } as const;
    return (await this.database.manager.find(WebhookEndpointEntity, options)).map(({ id }) => id);
  }

  lock(id: string, tx: EntityManager): Promise<WebhookEndpointEntity | null> {
    return tx.findOne(WebhookEndpointEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  lockOwned(ownerId: string, id: string, tx: EntityManager): Promise<WebhookEndpointEntity | null> {
    return tx.findOne(WebhookEndpointEntity, { where: { id, ownerId }, lock: { mode: 'pessimistic_write' } });
  }

  /**
   * Those that are to be told of an owner's batches. They stay as they are until the transaction ends: none is removed or disabled
   * between this look and what is inserted for it.
   */
  listOpen(ownerId: string, tx: EntityManager): Promise<WebhookEndpointEntity[]> {
    const where = { ownerId, disabledReason: IsNull() };
    return tx.find(WebhookEndpointEntity, { where, order: { id: 'ASC' }, lock: { mode: 'pessimistic_read' } });
  }

  /** Newest first; `after` is a bound, whose endpoint need not exist any more. */
  list(ownerId: string, limit: number, after: string | undefined): Promise<WebhookEndpointEntity[]> {
    return this.database.manager.find(WebhookEndpointEntity, {
      where: { ownerId, ...(after !== undefined && { id: LessThan(after) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async update(id: string, patch: QueryDeepPartialEntity<WebhookEndpointEntity>, tx: EntityManager): Promise<void> {
    await tx.update(WebhookEndpointEntity, { id }, patch);
  }

  /** Disables an endpoint that said it is gone; false when its owner has moved or disabled it since it was asked at `url`. */
  async disableGone({ id, url }: Pick<WebhookEndpointEntity, 'id' | 'url'>, tx: EntityManager): Promise<boolean> {
    const asked = { id, url, disabledReason: IsNull() };
    const { affected } = await tx.update(WebhookEndpointEntity, asked, { disabledReason: 'gone' });
    return affected === 1;
  }

  /** Removes it with its deliveries; false when there is none. */
  async delete(ownerId: string, id: string): Promise<boolean> {
    const { affected } = await this.database.manager.delete(WebhookEndpointEntity, { id, ownerId });
    return affected === 1;
  }
}
