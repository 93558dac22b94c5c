import { ApiError } from './api-error';
import type { BatchRecord } from './batch-record';
import type { Dialect } from './dialect';
import { renderResults, type Leftover } from './results';
import type { FileStore } from './files';
import type { HoldableStatus, SimulatorOptions } from './types';

const HOLDABLE: readonly HoldableStatus[] = ['validating', 'in_progress', 'finalizing', 'cancelling'];

/** The state of that name; throws a TypeError when there is none that can be held. */
export function holdable(name: string): HoldableStatus {
  const state = HOLDABLE.find((each) => each === name);
  if (state === undefined) throw new TypeError(`Not a state that can be held: ${name}`);
  return state;
}

/** How long each state lasts, and how the end is written. */
export type LifecycleOptions = Required<
  Pick<
    SimulatorOptions,
    'validatingMs' | 'runningMs' | 'finalizingMs' | 'cancellingMs' | 'cancelEnds' | 'cancelLoses' | 'seed'
  >
> & { readonly dialect: Dialect };

/** A running batch finishes its lines in this many steps, so that its counts are seen to move. */
const STEPS = 4;

interface Parked {
  readonly state: HoldableStatus;
  readonly resume: () => void;
}

/** Drives every batch through the vendor's states, by timers and by holds. */
export class Lifecycle {
  private readonly timers = new Map<BatchRecord, NodeJS.Timeout>();
  private readonly parked = new Map<BatchRecord, Parked>();
  /** Held states, with how many lines a batch held in `in_progress` may finish. */
  private readonly holds = new Map<HoldableStatus, number | undefined>();

  constructor(
    private readonly options: LifecycleOptions,
    private readonly files: FileStore,
    private readonly changed: (record: BatchRecord) => void,
  ) {}

  start(record: BatchRecord): void {
    this.changed(record);
    this.schedule(record, this.options.validatingMs, () =>
      this.gate(record, 'validating', () => (record.refusal ? this.fail(record) : this.run(record))),
    );
  }

  /** Keeps every batch that reaches `state` in it. In `in_progress`, `finished` lines run first; default, half. */
  hold(state: HoldableStatus, finished?: number): void {
    this.holds.set(state, finished);
  }

  /** Lets the batches held in `state`, or in any state, go on. */
  release(state?: HoldableStatus): void {
    if (state === undefined) this.holds.clear();
    else this.holds.delete(state);
    for (const [record, parked] of [...this.parked]) {
      if (this.holds.has(parked.state)) continue;
      this.parked.delete(record);
      parked.resume();
    }
  }

  cancel(record: BatchRecord): void {
    const { status } = record.object;
    if (record.terminal) throw new ApiError(409, `Cannot cancel a batch with status '${status}'.`);
    if (status === 'cancelling') return;
    record.overrun(this.options.cancelLoses);
    this.move(record, 'cancelling');
    this.schedule(record, this.options.cancellingMs, () =>
      this.gate(record, 'cancelling', () => this.endCancel(record)),
    );
  }

  /** Ends the window of one batch now: rows that ran are kept, the rest become `batch_expired`, unless the vendor lets it run on. */
  expire(record: BatchRecord): void {
    if (!record.terminal && !this.options.dialect.neverExpires) this.end(record, 'expired', 'batch_expired');
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.parked.clear();
  }

  private fail(record: BatchRecord): void {
    record.object.errors = { object: 'list', data: record.refusal ? [record.refusal] : [] };
    this.move(record, 'failed');
  }

  private run(record: BatchRecord): void {
    record.advanceTo(0);
    this.move(record, 'in_progress');
    this.scheduleStep(record);
  }

  private scheduleStep(record: BatchRecord): void {
    this.schedule(record, this.options.runningMs / STEPS, () => this.step(record));
  }

  private step(record: BatchRecord): void {
    const total = record.runnable.length;
    const limit = this.holds.has('in_progress')
      ? Math.min(total, this.holds.get('in_progress') ?? Math.floor(total / 2))
      : total;
    const next = Math.min(record.finished + Math.ceil(total / STEPS), Math.max(limit, record.finished));
    record.advanceTo(next);
    this.changed(record);
    if (next < limit) this.scheduleStep(record);
    else this.gate(record, 'in_progress', () => (next < total ? this.scheduleStep(record) : this.endRun(record)));
  }

  private endRun(record: BatchRecord): void {
    if (record.stuck.length > 0) {
      this.expire(record);
      return;
    }
    this.move(record, 'finalizing');
    this.schedule(record, this.options.finalizingMs, () =>
      this.gate(record, 'finalizing', () => this.end(record, 'completed', 'batch_expired')),
    );
  }

  private endCancel(record: BatchRecord): void {
    if (this.options.cancelEnds === 'cancelled' || record.object.in_progress_at === null) {
      this.end(record, 'cancelled', 'batch_cancelled');
      return;
    }
    record.advanceTo(record.runnable.length);
    this.end(record, 'completed', 'batch_expired');
  }

  private end(record: BatchRecord, status: 'completed' | 'expired' | 'cancelled', leftover: Leftover): void {
    const { object } = record;
    record.forgetOverrun();
    const { output, error } = renderResults(record.params.kind, record.kept, record.unrun, leftover, this.options);
    object.output_file_id = output && this.addFile(record, output, 'output');
    object.error_file_id = error && this.addFile(record, error, 'error');
    this.move(record, status);
  }

  private addFile(record: BatchRecord, content: Buffer, kind: 'output' | 'error'): string {
    const filename = `${record.object.id}_${kind}.jsonl`;
    const expiresInSeconds = record.params.outputExpiresAfter?.seconds ?? null;
    return this.files.add({ filename, purpose: 'batch_output', content, expiresInSeconds }).id;
  }

  /** Enters a state, forgetting whatever the batch was waiting for in the one before. */
  private move(record: BatchRecord, status: Parameters<BatchRecord['enter']>[0]): void {
    clearTimeout(this.timers.get(record));
    this.timers.delete(record);
    this.parked.delete(record);
    record.enter(status);
    this.changed(record);
  }

  private schedule(record: BatchRecord, ms: number, next: () => void): void {
    this.timers.set(record, setTimeout(next, ms));
  }

  private gate(record: BatchRecord, state: HoldableStatus, resume: () => void): void {
    if (this.holds.has(state)) this.parked.set(record, { state, resume });
    else resume();
  }
}
