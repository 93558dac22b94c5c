import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';
import type { WebhookEvent } from './webhook-events';

/** Why nothing is sent to an endpoint: its owner said so, or it answered 410 Gone. */
export type DisabledReason = 'requested' | 'gone';

/** Where an owner wants to hear of its batches. */
@Entity('webhook_endpoints')
export class WebhookEndpointEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  @Column('text')
  url!: string;

  @Column('jsonb')
  events!: WebhookEvent[];

  @Column('text', { nullable: true })
  description!: string | null;

  /** Sealed. */
  @Column('text')
  secret!: string;

  /** Sealed; the one before, which signs beside it for a while. */
  @Column('text', { name: 'previous_secret', nullable: true })
  previousSecret!: string | null;

  @InstantColumn({ name: 'previous_secret_until' })
  previousSecretUntil!: Date | null;

  /** Null while it is told of events. */
  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: DisabledReason | null;

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;
}
