import { ApiError } from './api-error';
import type { BatchRecord } from './batch-record';
import type { SimulatorOptions } from './types';

export type LifecycleOptions = Required<Pick<SimulatorOptions, 'runningMs' | 'cancelingMs' | 'seed'>>;

/** Drives batches from `in_progress` to `ended`, by timers and by a hold. */
export class Lifecycle {
  private readonly timers = new Map<BatchRecord, NodeJS.Timeout>();
  private readonly held = new Set<BatchRecord>();
  private holding = false;

  constructor(
    private readonly options: LifecycleOptions,
    private readonly changed: (record: BatchRecord) => void,
  ) {}

  start(record: BatchRecord): void {
    this.changed(record);
    this.after(record, this.options.runningMs, () => {
      if (!this.holding) return this.finish(record);
      record.ran = Math.floor(record.total / 2);
      this.held.add(record);
      this.changed(record);
    });
  }

  /** Keeps batches from ending, with half of their requests run. */
  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
    for (const record of this.held) this.finish(record);
  }

  /** What has run stays; what has not is `canceled` after a while, whatever is held. */
  cancel(record: BatchRecord): void {
    if (record.ended) throw new ApiError(400, 'The batch has already ended.');
    if (record.canceledAt !== null) return;
    record.canceledAt = Date.now();
    this.held.delete(record);
    this.changed(record);
    this.after(record, this.options.cancelingMs, () => this.end(record, 'canceled'));
  }

  /** Ends the window of a batch now. */
  expire(record: BatchRecord): void {
    if (!record.ended) this.end(record, 'expired');
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private finish(record: BatchRecord): void {
    record.ran = record.total;
    this.end(record, 'expired');
  }

  private end(record: BatchRecord, leftover: 'canceled' | 'expired'): void {
    clearTimeout(this.timers.get(record));
    this.held.delete(record);
    record.end(leftover, this.options.seed);
    this.changed(record);
  }

  private after(record: BatchRecord, ms: number, next: () => void): void {
    clearTimeout(this.timers.get(record));
    this.timers.set(record, setTimeout(next, ms));
  }
}
