import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';
import type { TEST_EVENT, WebhookEvent } from './webhook-events';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event for one endpoint. */
@Entity('webhook_deliveries')
export class WebhookDeliveryEntity {
  /** Also what receivers know a repetition by. */
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'endpoint_id' })
  endpointId!: string;

  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  /** Null for a test. */
  @Column('text', { name: 'batch_id', nullable: true })
  batchId!: string | null;

  @Column('text')
  type!: WebhookEvent | typeof TEST_EVENT;

  /** JSON as it is sent, the same at every attempt; as text, since jsonb refuses NUL. */
  @Column('text')
  payload!: string;

  @Column('text')
  status!: DeliveryStatus;

  /** Begun, whatever became of them; the fence of whoever is sending. */
  @Column('integer', { default: 0 })
  attempts!: number;

  /** In a row since it was made or replayed. */
  @Column('integer', { default: 0 })
  failures!: number;

  /** When it is next to be sent, while it is pending. */
  @InstantColumn({ name: 'due_at', nullable: false })
  dueAt!: Date;

  /** Until then somebody is sending it. */
  @InstantColumn({ name: 'lease_expires_at' })
  leaseExpiresAt!: Date | null;

  @Column('integer', { name: 'last_status_code', nullable: true })
  lastStatusCode!: number | null;

  /** Why the last attempt failed, in words. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;

  @InstantColumn({ name: 'delivered_at' })
  deliveredAt!: Date | null;
}
