import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ChatBodyDto } from './create-batch.dto';

@Entity('naive_batches')
export class NaiveBatch {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('integer')
  total!: number;

  @Column('text')
  status!: string;
}

@Entity('naive_requests')
@Index(['batchId', 'customId'], { unique: true })
export class NaiveRequest {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'batch_id' })
  batchId!: string;

  @Column('text', { name: 'custom_id' })
  customId!: string;

  @Column('jsonb')
  body!: ChatBodyDto;

  @Column('text')
  status!: string;
}
