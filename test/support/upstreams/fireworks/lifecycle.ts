import type { DatasetStore } from './dataset-store';
import type { JobRecord } from './job-record';
import { STATES, type JobState, type RunningState, type SimulatorOptions, type Status } from './types';

export type LifecycleOptions = Required<Pick<SimulatorOptions, 'stateMs' | 'seed'>>;

/** The state of that name; throws a TypeError when there is none that can be held. */
function holdable(name: string): RunningState {
  const state = STATES.find((each) => each === name);
  if (state === undefined) throw new TypeError(`Not a state that can be held: ${name}`);
  return state;
}

/** Drives jobs through their states, by timers and by holds. */
export class Lifecycle {
  private readonly timers = new Map<JobRecord, NodeJS.Timeout>();
  private readonly held = new Set<JobRecord>();
  /** Held states, with how many lines may be processed before. */
  private readonly holds = new Map<RunningState, number | undefined>();

  constructor(
    private readonly options: LifecycleOptions,
    private readonly datasets: DatasetStore,
    private readonly changed: (record: JobRecord) => void,
    private readonly removed: (record: JobRecord) => void,
  ) {}

  start(record: JobRecord): void {
    this.enter(record, 'VALIDATING');
  }

  hold(state = 'RUNNING', finished?: number): void {
    this.holds.set(holdable(state), finished);
  }

  release(state?: string): void {
    if (state === undefined) this.holds.clear();
    else this.holds.delete(holdable(state));
    for (const record of [...this.held]) {
      if (STATES.some((each) => each === record.state && this.holds.has(each))) continue;
      this.held.delete(record);
      this.next(record);
    }
  }

  /** Ends the window of a job now: what has run is written, the rest left out. */
  expire(record: JobRecord): void {
    if (!record.ended) this.end(record, 'EXPIRED');
  }

  /** Fails it, for its input's reason unless another is given. */
  fail(record: JobRecord, status?: Status): void {
    record.blame(status);
    this.end(record, 'FAILED');
  }

  /** A job that is deleted shows for a while how it goes. What it would have written is lost. */
  delete(record: JobRecord): void {
    this.end(record, 'DELETING_CLEANING_UP');
    this.after(record, () => this.removed(record));
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.held.clear();
  }

  private enter(record: JobRecord, state: RunningState): void {
    record.state = state;
    const isHeld = this.holds.has(state);
    if (state === 'RUNNING') {
      record.processed = isHeld ? (this.holds.get(state) ?? Math.floor(record.total / 2)) : record.total;
    }
    if (isHeld) this.held.add(record);
    else this.after(record, () => this.next(record));
    this.changed(record);
  }

  private next(record: JobRecord): void {
    if (record.isRefused) return this.fail(record);
    if (record.state === 'RUNNING') record.processed = record.total;
    const following = STATES[STATES.findIndex((state) => state === record.state) + 1];
    if (following === undefined) this.end(record, 'COMPLETED');
    else this.enter(record, following);
  }

  /** Of a job that fails or of which nothing ran the vendor makes no output. */
  private end(record: JobRecord, state: JobState): void {
    clearTimeout(this.timers.get(record));
    this.timers.delete(record);
    this.held.delete(record);
    const writes = state === 'COMPLETED' || (state === 'EXPIRED' && record.processed > 0);
    if (writes) this.datasets.write(record.params.output, record.outputFiles(this.options.seed));
    record.state = state;
    this.changed(record);
  }

  private after(record: JobRecord, next: () => void): void {
    clearTimeout(this.timers.get(record));
    this.timers.set(record, setTimeout(next, this.options.stateMs));
  }
}
