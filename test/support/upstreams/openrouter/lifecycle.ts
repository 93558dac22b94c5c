import type { BatchRecord } from './batch-record';
import { refusalOf } from './validate-body';
import type { SimulatorOptions } from './types';

export type LifecycleOptions = Required<Pick<SimulatorOptions, 'validatingMs' | 'runningMs' | 'finalizingMs' | 'seed'>>;

/** Drives batches from `validating` to their end, by timers and by a hold. */
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
    this.after(record, this.options.validatingMs, () => this.validate(record));
  }

  /** Keeps batches from ending, with half of their requests run. */
  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
    for (const record of this.held) this.finalize(record);
    this.held.clear();
  }

  /** Ends a batch now: as the vendor when its day is over, or as the owner of an upstream key who stops it there. */
  end(record: BatchRecord, status: 'expired' | 'cancelled'): void {
    if (record.ended) return;
    this.clear(record);
    record.end(status);
    this.changed(record);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** All or nothing: one request that cannot be translated fails them all, before any goes to a provider. */
  private validate(record: BatchRecord): void {
    const refusal = refusalOf(record.submission);
    if (refusal === null) record.status = 'in_progress';
    else record.end('failed', refusal);
    this.changed(record);
    if (refusal === null) this.after(record, this.options.runningMs, () => this.run(record));
  }

  private run(record: BatchRecord): void {
    if (!this.holding) return this.finalize(record);
    record.ran = Math.floor(record.total / 2);
    this.held.add(record);
    this.changed(record);
  }

  private finalize(record: BatchRecord): void {
    record.status = 'finalizing';
    this.changed(record);
    this.after(record, this.options.finalizingMs, () => {
      record.complete(this.options.seed);
      this.changed(record);
    });
  }

  private after(record: BatchRecord, ms: number, next: () => void): void {
    this.clear(record);
    this.timers.set(record, setTimeout(next, ms));
  }

  private clear(record: BatchRecord): void {
    clearTimeout(this.timers.get(record));
    this.timers.delete(record);
    this.held.delete(record);
  }
}
