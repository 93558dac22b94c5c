import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isId } from '../common/ids';
import { NotFoundError } from '../http/meshbatch-error';
import { Database } from '../persistence/database';
import { afterCommit } from '../persistence/transaction-context';
import { DeliveriesStore } from './deliveries.store';
import { DeliveryOutbox } from './delivery-outbox';
import { DeliveryWake } from './delivery-wake';
import { EndpointsStore } from './endpoints.store';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhookSecrets } from './webhook-secrets';
import { TooManyTestsError, WebhookDisabledError } from './webhooks.errors';

/** Tests are sent at an owner's word, as often as they say it, and each waits for a day where nobody answers. */
const MAX_WAITING_TESTS = 20;

export interface DeliveryPage {
  readonly deliveries: WebhookDeliveryEntity[];
  readonly hasMore: boolean;
}

/** The log of an endpoint, and what its owner has sent there. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly endpoints: EndpointsStore,
    private readonly store: DeliveriesStore,
    private readonly outbox: DeliveryOutbox,
    private readonly sender: DeliveryWake,
    private readonly secrets: WebhookSecrets,
    private readonly database: Database,
  ) {}

  async list(ownerId: string, webhookId: string, limit: number, after?: string): Promise<DeliveryPage> {
    const endpoint = isId('whk', webhookId) ? await this.endpoints.findOwned(ownerId, webhookId) : null;
    if (!endpoint) throw new NotFoundError();
    const deliveries = await this.store.list(webhookId, limit + 1, after);
    return { deliveries: deliveries.slice(0, limit), hasMore: deliveries.length > limit };
  }

  /** Sends an event that says no more than that it came. */
  async test(ownerId: string, webhookId: string): Promise<WebhookDeliveryEntity> {
    return this.withOpen(ownerId, webhookId, async (endpoint, tx) => {
      const waiting = await this.store.countPendingTests(endpoint.id, tx);
      if (waiting >= MAX_WAITING_TESTS) throw new TooManyTestsError(MAX_WAITING_TESTS);
      return this.outbox.addTest(endpoint, tx);
    });
  }

  /** Sends a delivery again, under its own id and at once, whatever became of it; one that is being sent stays as it is. */
  async replay(ownerId: string, webhookId: string, id: string): Promise<WebhookDeliveryEntity> {
    if (!isId('delivery', id)) throw new NotFoundError();
    return this.withOpen(ownerId, webhookId, async (endpoint, tx) => {
      const delivery = await this.store.lock(endpoint.id, id, tx);
      if (!delivery) throw new NotFoundError();
      if (this.store.isHeld(delivery)) return delivery;
      await this.store.replay(id, tx);
      afterCommit(() => this.sender.now());
      return (await this.store.lock(endpoint.id, id, tx)) ?? delivery;
    });
  }

  /** Runs `work` while the endpoint stays as it is. */
  private async withOpen<T>(
    ownerId: string,
    webhookId: string,
    work: (endpoint: WebhookEndpointEntity, tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    if (!isId('whk', webhookId)) throw new NotFoundError();
    return this.database.transaction(async (tx) => {
      const endpoint = await this.endpoints.lockOwned(ownerId, webhookId, tx);
      if (!endpoint) throw new NotFoundError();
      this.secrets.assertConfigured();
      if (endpoint.disabledReason !== null) throw new WebhookDisabledError();
      return work(endpoint, tx);
    });
  }
}
