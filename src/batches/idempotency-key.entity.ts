import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';

/** What an owner's `Idempotency-Key` stands for: a call that runs, under a lease, or one that was answered. */
@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @PrimaryColumn('text', { name: 'owner_id' })
  ownerId!: string;

  @PrimaryColumn('text')
  key!: string;

  /** Of what was asked; null while it runs, as the two after it. */
  @Column('text', { name: 'body_hash', nullable: true })
  bodyHash!: string | null;

  @Column('text', { name: 'batch_id', nullable: true })
  batchId!: string | null;

  /** JSON as text, for the sake of NUL: see the metadata of a batch. */
  @Column('text', { nullable: true })
  answer!: string | null;

  /** The one call that may complete the row. */
  @Column('text')
  holder!: string;

  @InstantColumn({ name: 'lease_expires_at', nullable: false })
  leaseExpiresAt!: Date;

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;
}
