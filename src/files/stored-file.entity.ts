import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ByteCountColumn, InstantColumn, JsonTextColumn } from '../persistence/columns';
import type { FileScan } from './file-scan';
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

  /** The batch that it is part of; null for one that was uploaded. */
  @Column('text', { name: 'batch_id', nullable: true })
  batchId!: string | null;

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

  @InstantColumn({ name: 'expires_at' })
  expiresAt!: Date | null;

  /** When its owner deleted it, of a file whose bytes its batch still needs. */
  @InstantColumn({ name: 'deleted_at' })
  deletedAt!: Date | null;

  /** Why an uploaded file cannot become a batch, as far as its scan knows. */
  @Column('text', { name: 'status_details', nullable: true })
  statusDetails!: string | null;

  /** What a create needs to know of an uploaded file; null of any other. Read only where it is asked for, since its parts may be many. */
  @JsonTextColumn({ select: false })
  scan!: FileScan | null;
}
