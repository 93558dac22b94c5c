import type { BatchRecord, EndState } from './batch-record';
import type { Status } from './types';

/** Drives batches from `PENDING` over `RUNNING` to their end, by timers and by a hold. */
export class Lifecycle {
  private readonly timers = new Map<BatchRecord, NodeJS.Timeout>();
  private readonly held = new Set<BatchRecord>();
  private readonly cancelled = new Set<BatchRecord>();
  private holding = false;

  constructor(
    private readonly stateMs: number,
    private readonly changed: (record: BatchRecord) => void,
  ) {}

  start(record: BatchRecord): void {
    this.changed(record);
    this.after(record, () => {
      record.state = 'RUNNING';
      this.changed(record);
      this.after(record, () => this.run(record));
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

  /** Stops after a while, whatever is held; nothing happens to a batch that has ended. */
  cancel(record: BatchRecord): void {
    if (record.ended || this.cancelled.has(record)) return;
    this.cancelled.add(record);
    this.held.delete(record);
    record.state = 'CANCELLING';
    this.changed(record);
    this.after(record, () => this.end(record, 'CANCELLED'));
  }

  /** Ends a batch now for a reason of the vendor's own. */
  fail(record: BatchRecord, status: Status): void {
    if (!record.ended) this.end(record, 'FAILED', status);
  }

  /** Ends the window of a batch now. */
  expire(record: BatchRecord): void {
    if (!record.ended) this.end(record, 'EXPIRED');
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private run(record: BatchRecord): void {
    if (!this.holding) return this.finish(record);
    record.ran = Math.floor(record.total / 2);
    this.held.add(record);
    this.changed(record);
  }

  private finish(record: BatchRecord): void {
    record.ran = record.total;
    this.end(record, 'SUCCEEDED');
  }

  private end(record: BatchRecord, state: EndState, error?: Status): void {
    clearTimeout(this.timers.get(record));
    this.held.delete(record);
    record.end(state, error);
    this.changed(record);
  }

  private after(record: BatchRecord, next: () => void): void {
    clearTimeout(this.timers.get(record));
    this.timers.set(record, setTimeout(next, this.stateMs));
  }
}
