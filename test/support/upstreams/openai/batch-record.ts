import { newId } from '../kit/ids';
import { outcomeOf, succeeds } from './outcomes';
import type { PlannedItem } from './results';
import type { BatchError, BatchObject, BatchStatus, SimulatorOptions } from './types';
import type { ParsedInput } from './validate-input';
import type { CreateParams } from './validate-create';

const DAY_SECONDS = 86_400;
const TERMINAL: readonly BatchStatus[] = ['completed', 'failed', 'expired', 'cancelled'];

/** One batch as the simulator keeps it: its wire object, its lines, and how far it has run. */
export class BatchRecord {
  readonly object: BatchObject;
  /** Lines that can run, in the order they do. */
  readonly runnable: readonly PlannedItem[];
  /** Lines that no run reaches before the window ends. */
  readonly stuck: readonly PlannedItem[];
  /** Why validation will refuse the batch. */
  readonly refusal: BatchError | null;
  private done = 0;
  /** How many of the lines that ran were counted while a cancel was under way. */
  private overran = 0;
  private laggingPolls: number;

  constructor(
    readonly params: CreateParams,
    input: ParsedInput,
    private readonly lag: SimulatorOptions['handleLag'],
    /** Before this time, in ms, neither a get nor a list shows the batch. */
    private readonly visibleAt: number,
  ) {
    const planned = input.items.map((item) => ({ ...item, outcome: outcomeOf(item, params.kind) }));
    this.runnable = planned.filter((item) => !item.outcome.expires);
    this.stuck = planned.filter((item) => item.outcome.expires);
    this.refusal = input.error;
    this.laggingPolls = lag?.polls ?? 0;
    this.object = newBatchObject(params);
  }

  get terminal(): boolean {
    return TERMINAL.includes(this.object.status);
  }

  get visible(): boolean {
    return Date.now() >= this.visibleAt;
  }

  /** How many of the runnable lines have run. */
  get finished(): number {
    return this.done;
  }

  get ran(): readonly PlannedItem[] {
    return this.runnable.slice(0, this.done);
  }

  /** Lines that ran and have rows. */
  get kept(): readonly PlannedItem[] {
    return this.ran.slice(0, this.done - this.overran);
  }

  /** Lines never run; none are known before validation has read the file. */
  get unrun(): readonly PlannedItem[] {
    return this.object.in_progress_at === null ? [] : [...this.runnable.slice(this.done), ...this.stuck];
  }

  /** Moves to a state and stamps its time. */
  enter(status: Exclude<BatchStatus, 'validating'>): void {
    this.object.status = status;
    this.object[`${status}_at`] = Math.floor(Date.now() / 1000);
  }

  /** Lets the first `count` lines be done, and counts them as the vendor does: `completed` are the successes. */
  advanceTo(count: number): void {
    this.done = count;
    this.overran = 0;
    this.count(this.ran);
  }

  /** Lets up to `count` more lines be done after a cancel: they are counted until it ends. */
  overrun(count: number): void {
    if (this.object.in_progress_at === null) return;
    const before = this.done;
    this.advanceTo(Math.min(before + count, this.runnable.length));
    this.overran = this.done - before;
  }

  /** Lines that were counted too late are counted no more, and are in neither file. */
  forgetOverrun(): void {
    if (this.overran > 0) this.count(this.kept);
  }

  private count(ran: readonly PlannedItem[]): void {
    const completed = ran.filter((item) => succeeds(item.outcome)).length;
    const total = this.runnable.length + this.stuck.length;
    this.object.request_counts = { total, completed, failed: ran.length - completed };
  }

  /** The wire object; `poll` marks a GET, which is what makes lagging handles come nearer. */
  render(poll: boolean): BatchObject {
    const lagging = this.terminal && this.laggingPolls > 0 ? this.lag?.files : undefined;
    if (lagging !== undefined && poll) this.laggingPolls--;
    return {
      ...this.object,
      output_file_id: lagging === 'output' || lagging === 'both' ? null : this.object.output_file_id,
      error_file_id: lagging === 'error' || lagging === 'both' ? null : this.object.error_file_id,
    };
  }
}

function newBatchObject(params: CreateParams): BatchObject {
  const createdAt = Math.floor(Date.now() / 1000);
  return {
    id: newId('batch_', 32),
    object: 'batch',
    endpoint: params.endpoint,
    errors: null,
    input_file_id: params.inputFileId,
    completion_window: params.window,
    status: 'validating',
    output_file_id: null,
    error_file_id: null,
    created_at: createdAt,
    in_progress_at: null,
    expires_at: createdAt + DAY_SECONDS,
    finalizing_at: null,
    completed_at: null,
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
    metadata: params.metadata,
  };
}
