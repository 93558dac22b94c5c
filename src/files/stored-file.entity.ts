import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ByteCountColumn, InstantColumn } from '../persistence/columns';
import type { ResultsView } from './results-index';

export type FilePurpose = 'batch' | 'batch_output';

/** A run of a file's bytes: a blob, or a view of a results blob through its index. */
export interface FileSegment {
  readonly key: string;
  readonly indexKey: string | null;
  readonly view: ResultsView;
  /** Length of the segment as the caller sees it. */
  readonly bytes: number;
}

/** A file that a caller can read; its bytes are those of its segments, in order. */
@Entity('files')
export class StoredFileEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  @Column('text', { name: 'batch_id' })
  batchId!: string;

  @Column('text')
  purpose!: FilePurpose;

  @Column('text')
  filename!: string;

  @ByteCountColumn()
  bytes!: number;

  @Column('jsonb')
  segments!: FileSegment[];

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;
}
