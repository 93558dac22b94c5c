import type { BatchRecord } from './batch-record';
import type { InputItem } from './validate-input';

const HOLDABLE = ['validating', 'in_progress', 'cancelling'];

/** Drives batches by timers and holds: the input is read in, then its requests run. */
export class Lifecycle {
  private readonly timers = new Map<BatchRecord, NodeJS.Timeout>();
  private readonly parked = new Map<BatchRecord, { readonly state: string; readonly resume: () => void }>();
  /** Held states, with how many requests a batch held in `in_progress` may run. */
  private readonly holds = new Map<string, number | undefined>();

  constructor(
    private readonly stateMs: number,
    private readonly changed: (record: BatchRecord) => void,
  ) {}

  /** @param input what the batch's file holds, or why the vendor will not run it; null for a batch without a file */
  start(record: BatchRecord, input: InputItem[] | string | null): void {
    this.changed(record);
    if (input !== null) this.after(record, () => this.gate(record, 'validating', () => this.readIn(record, input)));
  }

  /** Adds requests to a batch that has no file. */
  readIn(record: BatchRecord, input: readonly InputItem[] | string): void {
    if (typeof input === 'string') record.refuse(input);
    else record.admit(input);
    this.changed(record);
    if (typeof input !== 'string') this.after(record, () => this.run(record));
  }

  hold(state = 'in_progress', finished?: number): void {
    if (!HOLDABLE.includes(state)) throw new TypeError(`Not a state that can be held: ${state}`);
    this.holds.set(state, finished);
  }

  release(state?: string): void {
    if (state === undefined) this.holds.clear();
    else this.holds.delete(state);
    for (const [record, parked] of [...this.parked]) {
      if (this.holds.has(parked.state)) continue;
      this.parked.delete(record);
      parked.resume();
    }
  }

  /** At once, unless that is held: then what is pending stays so, beside the time of the cancel. Again and again. */
  cancel(record: BatchRecord): void {
    this.forget(record);
    record.cancel();
    this.changed(record);
    this.gate(record, 'cancelling', () => {
      record.cancelPending();
      this.changed(record);
    });
  }

  /** The batch's 30 days are over: what has not run does not run. */
  expire(record: BatchRecord): void {
    this.forget(record);
    record.cancelPending();
    this.changed(record);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.parked.clear();
  }

  private run(record: BatchRecord): void {
    if (this.holds.has('in_progress')) record.run(this.holds.get('in_progress') ?? Math.floor(record.total / 2));
    this.changed(record);
    this.gate(record, 'in_progress', () => {
      record.run();
      this.changed(record);
    });
  }

  private gate(record: BatchRecord, state: string, resume: () => void): void {
    if (this.holds.has(state)) this.parked.set(record, { state, resume });
    else resume();
  }

  private after(record: BatchRecord, next: () => void): void {
    clearTimeout(this.timers.get(record));
    this.timers.set(record, setTimeout(next, this.stateMs));
  }

  private forget(record: BatchRecord): void {
    clearTimeout(this.timers.get(record));
    this.timers.delete(record);
    this.parked.delete(record);
  }
}
