import { shuffled } from '../kit/shuffle';
import { outcomeOf, type Outcome } from './outcomes';
import type { JobState, Status } from './types';
import type { InputRow } from './validate-input';
import type { JobParams } from './validate';

const DAY_MS = 86_400_000;
const OK: Status = { code: 'OK', message: '' };

/** One job as the simulator keeps it: what becomes of each line, and how far it has run. */
export class JobRecord {
  readonly createdAt = Date.now();
  state: JobState = 'VALIDATING';
  /** How many lines have been processed. */
  processed = 0;
  private status: Status = OK;
  /** Why its input is none, told when the job has begun. */
  private readonly refusal: Status | null;
  private readonly rows: readonly InputRow[];
  private readonly outcomes: readonly Outcome[];

  constructor(
    readonly params: JobParams,
    input: readonly InputRow[] | Status,
    /** What the dataset was declared to hold, which the vendor repeats as the total. */
    private readonly exampleCount: number,
    private readonly account: string,
    /** Until then neither a get nor a list shows it. */
    readonly hiddenUntil: number,
  ) {
    this.refusal = 'code' in input ? input : null;
    this.rows = 'code' in input ? [] : input;
    this.outcomes = this.rows.map((row) => outcomeOf(row, params.model));
  }

  get id(): string {
    return this.params.id;
  }

  get total(): number {
    return this.rows.length;
  }

  get customIds(): string[] {
    return this.rows.map(({ customId }) => customId);
  }

  get isRefused(): boolean {
    return this.refusal !== null;
  }

  get ended(): boolean {
    return ['COMPLETED', 'FAILED', 'EXPIRED', 'DELETING_CLEANING_UP'].includes(this.state);
  }

  /** Says why it fails: its input's reason unless another is given. */
  blame(status: Status = this.refusal ?? OK): void {
    this.status = status;
  }

  /** The files of the output: of lines that were not processed there is nothing. */
  outputFiles(seed: number): ReadonlyMap<string, Buffer> {
    const ran = this.outcomes.slice(0, this.processed);
    const rowsOf = (ok: boolean) => ran.filter((outcome) => outcome.ok === ok).flatMap(({ rows }) => rows);
    const file = (rows: readonly string[]) => Buffer.from(rows.map((row) => `${row}\n`).join(''));
    return new Map([
      ['BIJOutputSet.jsonl', file(shuffled(rowsOf(true), seed))],
      ['error-data', file(shuffled(rowsOf(false), seed))],
    ]);
  }

  render(): object {
    const { id, model, input, output } = this.params;
    const created = new Date(this.createdAt).toISOString();
    return {
      name: `accounts/${this.account}/batchInferenceJobs/${id}`,
      displayName: '',
      createTime: created,
      expireTime: new Date(this.createdAt + DAY_MS).toISOString(),
      state: `JOB_STATE_${this.state}`,
      status: this.status,
      model,
      inputDatasetId: `accounts/${this.account}/datasets/${input}`,
      outputDatasetId: `accounts/${this.account}/datasets/${output}`,
      inferenceParameters: { extraBody: '{}' },
      jobProgress: ['VALIDATING', 'PENDING'].includes(this.state) ? null : this.progress(),
      waitingOnCapacity: false,
    };
  }

  private progress(): object {
    const ran = this.outcomes.slice(0, this.processed);
    const succeeded = ran.filter(({ ok }) => ok).length;
    return {
      percent: this.total === 0 ? 0 : Math.floor((100 * this.processed) / this.total),
      epoch: 0,
      totalInputRequests: this.processed === 0 ? 0 : this.exampleCount,
      totalProcessedRequests: this.processed,
      successfullyProcessedRequests: succeeded,
      failedRequests: this.processed - succeeded,
      outputRows: succeeded,
    };
  }
}
