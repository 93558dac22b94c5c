import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';

/** What a deleted batch still has: blobs here, and what its attempts left at their providers. The row is there until that is gone. */
@Entity('erasures')
export class ErasureEntity {
  @PrimaryColumn('text', { name: 'batch_id' })
  batchId!: string;

  /** Of the attempts that may have left something, each a leftover. */
  @Column('jsonb')
  tokens!: string[];

  /** When it is next to be tried. */
  @InstantColumn({ name: 'due_at', nullable: false })
  dueAt!: Date;

  /** Tries begun so far, of this time. */
  @Column('integer', { default: 0 })
  tries!: number;

  /** Whether it was erased once, and is looked at one more time for what came late. */
  @Column('boolean', { default: false })
  erased!: boolean;
}
