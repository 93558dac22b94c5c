import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { toBatchSummary } from '../batches/batch.mapper';
import { BatchEntity } from '../batches/batch.entity';
import { BatchTransitions, type BatchTransition } from '../batches/batch-transitions';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { afterCommit } from '../persistence/transaction-context';
import { DeliveriesStore } from './deliveries.store';
import { DeliveryWake } from './delivery-wake';
import { EndpointsStore } from './endpoints.store';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { TEST_EVENT, webhookEventOf } from './webhook-events';

type Message = Pick<WebhookDeliveryEntity, 'type' | 'batchId'> & { readonly data: object };

/** Notes what is to be delivered in the transaction in which it happens: there is no event without its deliveries, and none twice. */
@Injectable()
export class DeliveryOutbox {
  constructor(
    transitions: BatchTransitions,
    private readonly endpoints: EndpointsStore,
    private readonly deliveries: DeliveriesStore,
    private readonly sender: DeliveryWake,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {
    transitions.register((transition, tx) => this.note(transition, tx));
  }

  /** A delivery that says no more than that it came. */
  async addTest(endpoint: WebhookEndpointEntity, tx: EntityManager): Promise<WebhookDeliveryEntity> {
    const delivery = this.deliveryFor(endpoint, { type: TEST_EVENT, batchId: null, data: { webhook_id: endpoint.id } });
    await this.add([delivery], tx);
    return delivery;
  }

  private async note({ batch, to }: BatchTransition, tx: EntityManager): Promise<void> {
    const type = webhookEventOf(to);
    if (type === null) return;
    const told = (await this.endpoints.listOpen(batch.ownerId, tx)).filter(({ events }) => events.includes(type));
    if (told.length === 0) return;
    const data = toBatchSummary(await tx.findOneByOrFail(BatchEntity, { id: batch.id }));
    await this.add(
      told.map((endpoint) => this.deliveryFor(endpoint, { type, batchId: batch.id, data })),
      tx,
    );
  }

  private async add(deliveries: WebhookDeliveryEntity[], tx: EntityManager): Promise<void> {
    await this.deliveries.insert(deliveries, tx);
    afterCommit(() => this.sender.now());
  }

  private deliveryFor(endpoint: WebhookEndpointEntity, { type, batchId, data }: Message): WebhookDeliveryEntity {
    const now = new Date(this.clock.now());
    return {
      id: this.ids.next('delivery'),
      endpointId: endpoint.id,
      ownerId: endpoint.ownerId,
      batchId,
      type,
      payload: JSON.stringify({ type, timestamp: now.toISOString(), data }),
      status: 'pending',
      attempts: 0,
      failures: 0,
      dueAt: now,
      leaseExpiresAt: null,
      lastStatusCode: null,
      lastError: null,
      createdAt: now,
      deliveredAt: null,
    };
  }
}
