import { outcomeOf, type Outcome } from './outcomes';
import type { JobObject, JobStatus } from './types';
import { newUuid } from './uuid';
import type { CreateParams } from './validate-create';
import type { InputItem } from './validate-upload';

const TERMINAL: readonly JobStatus[] = ['SUCCESS', 'FAILED', 'TIMEOUT_EXCEEDED', 'CANCELLED'];
const FIRST_FAILURE = 400;

/** One job as the simulator keeps it: its wire object, what becomes of each line, and how far it has run. */
export class JobRecord {
  readonly object: JobObject;
  readonly customIds: readonly (string | null)[];
  readonly total: number;
  /** Lines that can run, in the order they do. */
  readonly runnable: readonly Outcome[];
  private readonly runnableIds: readonly string[];
  private done = 0;

  constructor(
    readonly params: CreateParams,
    items: readonly InputItem[],
    /** Why the job will fail as a whole; null when it will not. */
    readonly failure: string | null,
    /** Before this time, in ms, neither a get nor a list shows the job. */
    private readonly visibleAt: number,
  ) {
    this.object = newJob(params);
    const context = { jobId: this.object.id, model: params.model };
    const planned = items.map((item, index) => ({ id: item.customId, outcome: outcomeOf(item, index, context) }));
    const runnable = planned.filter(({ outcome }) => !outcome.expires);
    this.runnable = runnable.map(({ outcome }) => outcome);
    this.runnableIds = runnable.map(({ id }) => id ?? '');
    this.customIds = items.map(({ customId }) => customId);
    this.total = items.length;
  }

  get terminal(): boolean {
    return TERMINAL.includes(this.object.status);
  }

  get visible(): boolean {
    return Date.now() >= this.visibleAt;
  }

  get ranIds(): string[] {
    return this.runnableIds.slice(0, this.done);
  }

  /** Rows of the successes and of the failures among the lines that ran. */
  get rows(): { readonly output: string[]; readonly error: string[] } {
    const ran = this.runnable.slice(0, this.done);
    const rowsOf = (isFailure: boolean) =>
      ran.filter(({ status }) => status >= FIRST_FAILURE === isFailure).flatMap(({ rows }) => rows);
    return { output: rowsOf(false), error: rowsOf(true) };
  }

  enter(status: JobStatus): void {
    this.object.status = status;
    if (status === 'RUNNING') {
      this.object.started_at = Math.floor(Date.now() / 1000);
      this.object.total_requests = this.total;
    }
    if (this.terminal) this.object.completed_at = Math.floor(Date.now() / 1000);
  }

  /** Lets the first `count` lines be done. Reasons of failures are added up, by their text alone. */
  advanceTo(count: number): void {
    this.done = count;
    const statuses = this.runnable.slice(0, count).map(({ status }) => status);
    const failed = statuses.filter((status) => status >= FIRST_FAILURE);
    this.object.completed_requests = count;
    this.object.failed_requests = failed.length;
    this.object.succeeded_requests = count - failed.length;
    this.object.errors = [...new Set(failed)].map((status) => ({
      message: `HTTP Error, status code: ${status}`,
      count: failed.filter((each) => each === status).length,
    }));
  }
}

/** The counters of a job that has not begun are 0, the total too. */
function newJob({ inputFile, endpoint, model, metadata }: CreateParams): JobObject {
  return {
    id: newUuid(),
    object: 'batch',
    input_files: [inputFile],
    metadata,
    endpoint,
    model,
    agent_id: null,
    output_file: null,
    error_file: null,
    errors: [],
    outputs: null,
    status: 'QUEUED',
    created_at: Math.floor(Date.now() / 1000),
    total_requests: 0,
    completed_requests: 0,
    succeeded_requests: 0,
    failed_requests: 0,
    started_at: null,
    completed_at: null,
  };
}
