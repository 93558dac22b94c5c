import { Column, Entity, PrimaryColumn } from 'typeorm';
import { InstantColumn, JsonTextColumn } from '../persistence/columns';
import type { Endpoint } from '../providers/contract/adapter';
import type { BatchStatus } from './batch-status';

/** A reason of the provider's, or ours, why a batch failed. `line` and `item` are the 1-based line and the `custom_id`. */
export interface BatchError {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly item?: string;
}

/** Tokens of all items that reported them. */
export interface BatchUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** Of the input, read from a cache; left out where it was not counted yet. */
  readonly cached_tokens?: number;
  /** Of the output, thought and not said; left out where it was not counted yet. */
  readonly reasoning_tokens?: number;
}

/** What the caller asked for and where it stands; its items are in blobs. */
@Entity('batches')
export class BatchEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  @Column('text')
  status!: BatchStatus;

  @Column('text')
  endpoint!: Endpoint;

  @Column('text')
  model!: string;

  @Column('text')
  provider!: string;

  @Column('text', { name: 'upstream_model' })
  upstreamModel!: string;

  @Column('text', { name: 'completion_window' })
  completionWindow!: string;

  @JsonTextColumn()
  metadata!: Record<string, unknown> | null;

  /** The first batch of the family, of which this one runs some items again; null for one that is not a retry. */
  @Column('text', { name: 'root_id', nullable: true })
  rootId!: string | null;

  /** Which retry of the family it is, from 1. */
  @Column('integer', { name: 'retry_ordinal', nullable: true })
  retryOrdinal!: number | null;

  /** The blob that holds the index of each of its items in the first batch. */
  @Column('text', { name: 'origin_key', nullable: true })
  originKey!: string | null;

  @Column('text', { name: 'input_file_id' })
  inputFileId!: string;

  /** Seconds after which the files of its results expire; null for never. */
  @Column('integer', { name: 'output_expires_after', nullable: true })
  outputExpiresAfter!: number | null;

  @Column('text', { name: 'output_file_id', nullable: true })
  outputFileId!: string | null;

  @Column('text', { name: 'error_file_id', nullable: true })
  errorFileId!: string | null;

  @Column('integer')
  total!: number;

  @Column('integer', { default: 0 })
  completed!: number;

  @Column('integer', { default: 0 })
  failed!: number;

  @Column('jsonb', { nullable: true })
  usage!: BatchUsage | null;

  @Column('jsonb', { default: [] })
  errors!: BatchError[];

  @InstantColumn({ name: 'created_at', nullable: false })
  createdAt!: Date;

  /** Our own deadline: created plus the completion window. */
  @InstantColumn({ name: 'expires_at', nullable: false })
  expiresAt!: Date;

  @InstantColumn({ name: 'deadline_passed_at' })
  deadlinePassedAt!: Date | null;

  @InstantColumn({ name: 'in_progress_at' })
  inProgressAt!: Date | null;

  @InstantColumn({ name: 'finalizing_at' })
  finalizingAt!: Date | null;

  @InstantColumn({ name: 'completed_at' })
  completedAt!: Date | null;

  @InstantColumn({ name: 'failed_at' })
  failedAt!: Date | null;

  @InstantColumn({ name: 'expired_at' })
  expiredAt!: Date | null;

  @InstantColumn({ name: 'cancelling_at' })
  cancellingAt!: Date | null;

  @InstantColumn({ name: 'cancelled_at' })
  cancelledAt!: Date | null;
}
