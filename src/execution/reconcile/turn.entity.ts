import { Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../../persistence/columns';

/** When a periodic pass was last begun, by whichever process. */
@Entity('turns')
export class TurnEntity {
  @PrimaryColumn('text')
  name!: string;

  @InstantColumn({ name: 'taken_at', nullable: false })
  takenAt!: Date;
}
