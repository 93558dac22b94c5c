import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../persistence/columns';
import type { Attempt } from '../providers/contract/adapter';

/** What an attempt has left, or may have left, at its provider. The row is there until that is removed. */
@Entity('leftovers')
export class LeftoverEntity {
  /** The attempt's. */
  @PrimaryColumn('text')
  token!: string;

  @Column('text')
  provider!: string;

  @Column('jsonb')
  attempt!: Attempt;

  /** The job, whose results are stored here; null where only the attempt's input is to go. */
  @Column('text', { name: 'remote_id', nullable: true })
  remoteId!: string | null;

  /** Whether the job is known to have ended; one that may still run is told to stop, and removed once it has. */
  @Column('boolean', { default: true })
  ended!: boolean;

  /** When it is next to be removed, if nobody has done so. */
  @InstantColumn({ name: 'due_at', nullable: false })
  dueAt!: Date;

  @Column('integer', { default: 0 })
  failures!: number;
}
