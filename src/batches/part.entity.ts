import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ByteCountColumn, InstantColumn } from '../persistence/columns';
import type { RemoteBatch, RemoteState } from '../providers/contract/adapter';
import type { BatchError, BatchUsage } from './batch.entity';
import type { PartState, StopReason, WaitReason } from './part-state';

/** Where a part's outcomes are. Sizes in bytes. */
export interface PartResults {
  readonly key: string;
  readonly indexKey: string;
  readonly bytes: number;
  readonly succeededBytes: number;
  readonly failedBytes: number;
}

/** An item that its provider refused before anything ran, so that the rest was sent without it. */
export interface ExcludedItem {
  /** Within the part, from 0. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** One upstream job over a contiguous run of a batch's items. Every write of a handler names the fence of its lease. */
@Entity('parts')
export class PartEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'batch_id' })
  batchId!: string;

  @Column('integer')
  ordinal!: number;

  @Column('text')
  provider!: string;

  @Column('integer', { name: 'first_item' })
  firstItem!: number;

  @Column('integer', { name: 'item_count' })
  itemCount!: number;

  @ByteCountColumn({ name: 'input_offset' })
  inputOffset!: number;

  @ByteCountColumn({ name: 'input_bytes' })
  inputBytes!: number;

  @Column('text')
  state!: PartState;

  /** An intent, written by cancel and by the deadline, never by a handler. */
  @Column('text', { name: 'stop_reason', nullable: true })
  stopReason!: StopReason | null;

  /** Set in `queued`, and in `submitting` once its input is staged. */
  @Column('text', { name: 'waits_for', nullable: true })
  waitsFor!: WaitReason | null;

  /** When the part next wants attention: a try, a poll, a look-up. */
  @InstantColumn({ name: 'due_at', nullable: false })
  dueAt!: Date;

  /** Failures in a row of the step in hand; it sets the backoff. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column('text', { name: 'lease_holder', nullable: true })
  leaseHolder!: string | null;

  @InstantColumn({ name: 'lease_expires_at' })
  leaseExpiresAt!: Date | null;

  /** Grows with every lease, so that a holder that woke up late changes nothing. */
  @Column('integer', { default: 0 })
  fence!: number;

  /** Attempts begun so far. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('jsonb', { default: [] })
  excluded!: ExcludedItem[];

  /** Times that the part was sent again without items that its provider had refused. */
  @Column('integer', { default: 0 })
  resubmissions!: number;

  @Column('text', { name: 'attempt_token', nullable: true })
  attemptToken!: string | null;

  @InstantColumn({ name: 'attempt_begun_at' })
  attemptBegunAt!: Date | null;

  /** When the attempt's input was at the provider, or was known to travel with the create. */
  @InstantColumn({ name: 'staged_at' })
  stagedAt!: Date | null;

  /** The provider's id of the attempt's staged input; null when it travels with the create. */
  @Column('text', { name: 'input_id', nullable: true })
  inputId!: string | null;

  /** Stored before the create is sent: from here on it may have taken place. */
  @InstantColumn({ name: 'create_sent_at' })
  createSentAt!: Date | null;

  /** Times that a create without an answer was looked for and not found. */
  @Column('integer', { default: 0 })
  lookups!: number;

  /** When the attempt's staged input was removed, so that a create on its way cannot run any more. */
  @InstantColumn({ name: 'withdrawn_at' })
  withdrawnAt!: Date | null;

  @Column('text', { name: 'remote_id', nullable: true })
  remoteId!: string | null;

  @Column('text', { name: 'remote_state', nullable: true })
  remoteState!: RemoteState | null;

  @Column('jsonb', { name: 'remote_counts', nullable: true })
  remoteCounts!: RemoteBatch['counts'];

  @InstantColumn({ name: 'cancel_sent_at' })
  cancelSentAt!: Date | null;

  /** Reads of the results in a row that held the same number of rows. */
  @Column('integer', { name: 'agreeing_reads', default: 0 })
  agreeingReads!: number;

  @Column('integer', { name: 'rows_read', nullable: true })
  rowsRead!: number | null;

  /** The provider refused the part before anything ran. */
  @Column('boolean', { name: 'failed_whole', default: false })
  failedWhole!: boolean;

  @Column('jsonb', { default: [] })
  errors!: BatchError[];

  @Column('jsonb', { nullable: true })
  results!: PartResults | null;

  @Column('jsonb', { nullable: true })
  usage!: BatchUsage | null;

  @Column('integer', { default: 0 })
  succeeded!: number;

  /** Items with an error of any kind, those that did not run among them. */
  @Column('integer', { default: 0 })
  failed!: number;

  /** Items that never ran: cancelled, or out of time. */
  @Column('integer', { name: 'not_run', default: 0 })
  notRun!: number;
}
