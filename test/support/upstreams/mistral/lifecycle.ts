import { shuffled } from '../kit/shuffle';
import { detailed } from './api-error';
import type { FileStore } from './file-store';
import type { JobRecord } from './job-record';
import type { JobStatus, SimulatorOptions } from './types';

const HOLDABLE = ['QUEUED', 'RUNNING', 'CANCELLATION_REQUESTED'] as const;
export type HoldableStatus = (typeof HOLDABLE)[number];

/** The status of that name; throws a TypeError when there is none that can be held. */
export function holdable(name: string): HoldableStatus {
  const status = HOLDABLE.find((each) => each === name);
  if (status === undefined) throw new TypeError(`Not a state that can be held: ${name}`);
  return status;
}

export type LifecycleOptions = Required<Pick<SimulatorOptions, 'stateMs' | 'seed' | 'cancelKeeps'>>;

interface Parked {
  readonly status: HoldableStatus;
  readonly resume: () => void;
}

/** Drives every job through the vendor's statuses, by timers and by holds. */
export class Lifecycle {
  private readonly timers = new Map<JobRecord, NodeJS.Timeout>();
  private readonly parked = new Map<JobRecord, Parked>();
  /** Held statuses, with how many lines a job held in `RUNNING` may finish. */
  private readonly holds = new Map<HoldableStatus, number | undefined>();

  constructor(
    private readonly options: LifecycleOptions,
    private readonly files: FileStore,
    private readonly changed: (record: JobRecord) => void,
  ) {}

  start(record: JobRecord): void {
    this.changed(record);
    this.later(record, 'QUEUED', () => this.run(record));
  }

  hold(status: HoldableStatus, finished?: number): void {
    this.holds.set(status, finished);
  }

  release(status?: HoldableStatus): void {
    if (status === undefined) this.holds.clear();
    else this.holds.delete(status);
    for (const [record, { status: held, resume }] of [...this.parked]) {
      if (this.holds.has(held)) continue;
      this.parked.delete(record);
      resume();
    }
  }

  /** A job that has not begun is cancelled at once. What is said to a cancel of one that has ended is not known: it is refused. */
  cancel(record: JobRecord): void {
    if (record.terminal) throw detailed(400, `Job ${record.object.id} has already ended`);
    if (record.object.status === 'CANCELLATION_REQUESTED') return;
    if (record.object.status === 'QUEUED') return this.end(record, 'CANCELLED');
    this.move(record, 'CANCELLATION_REQUESTED');
    this.later(record, 'CANCELLATION_REQUESTED', () => {
      if (this.options.cancelKeeps === 'everything') record.advanceTo(record.runnable.length);
      this.end(record, 'CANCELLED');
    });
  }

  /** Ends the window of a job now. */
  expire(record: JobRecord): void {
    if (!record.terminal) this.end(record, 'TIMEOUT_EXCEEDED');
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private run(record: JobRecord): void {
    this.move(record, 'RUNNING');
    this.later(record, 'RUNNING', () => this.finish(record));
  }

  private finish(record: JobRecord): void {
    if (record.failure !== null) {
      record.object.errors = [{ message: record.failure, count: record.total }];
      return this.end(record, 'FAILED');
    }
    record.advanceTo(record.runnable.length);
    this.end(record, record.runnable.length < record.total ? 'TIMEOUT_EXCEEDED' : 'SUCCESS');
  }

  /** A file without rows is not made; lines that never ran have no row in either. */
  private end(record: JobRecord, status: JobStatus): void {
    const { object, rows } = record;
    object.output_file = this.write(record, rows.output, 'batch_result');
    object.error_file = this.write(record, rows.error, 'batch_error');
    this.move(record, status);
  }

  private write({ object }: JobRecord, rows: readonly string[], type: 'batch_result' | 'batch_error'): string | null {
    if (rows.length === 0) return null;
    const content = Buffer.from(`${shuffled(rows, this.options.seed).join('\n')}\n`);
    return this.files.add({ filename: `${object.id}.jsonl`, sample_type: type, source: 'mistral', content }).id;
  }

  /** Enters a status, forgetting whatever the job was waiting for in the one before. */
  private move(record: JobRecord, status: JobStatus): void {
    clearTimeout(this.timers.get(record));
    this.timers.delete(record);
    this.parked.delete(record);
    record.enter(status);
    this.changed(record);
  }

  private later(record: JobRecord, status: HoldableStatus, next: () => void): void {
    const arrive = () => (this.holds.has(status) ? this.park(record, status, next) : next());
    this.timers.set(record, setTimeout(arrive, this.options.stateMs));
  }

  private park(record: JobRecord, status: HoldableStatus, resume: () => void): void {
    this.parked.set(record, { status, resume });
    if (status !== 'RUNNING') return;
    record.advanceTo(Math.min(this.holds.get(status) ?? Math.floor(record.total / 2), record.runnable.length));
    this.changed(record);
  }
}
