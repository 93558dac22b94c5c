import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';

/** Whom batches belong to. An owner that a host invented has no name. */
@Entity('owners')
export class OwnerEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { nullable: true })
  name!: string | null;

  /** Active batches allowed, null for the deployment's default. */
  @Column('integer', { name: 'batch_limit', nullable: true })
  batchLimit!: number | null;

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;
}
