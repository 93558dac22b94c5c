import { newId } from '../kit/ids';
import { shuffled } from '../kit/shuffle';
import { outcomeOf, type Outcome } from './outcomes';
import type { BatchObject, BatchStatus, Submission } from './types';

const USAGE = { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60, cost: 0.000225, is_byok: false };
const ENDS: readonly BatchStatus[] = ['completed', 'failed', 'expired', 'cancelled'];

/** One batch as the simulator keeps it. */
export class BatchRecord {
  readonly id = newId('batch-', 24);
  readonly createdAt = Date.now();
  status: BatchStatus = 'validating';
  /** How many requests have run; the vendor tells only at the end. */
  ran = 0;
  private readonly visibleAt: number;
  private readonly outcomes: readonly Outcome[];
  private finalizedAt: number | null = null;
  private reason: string | null = null;
  private rows: readonly string[] = [];

  constructor(
    readonly submission: Submission,
    hiddenMs: number,
  ) {
    this.visibleAt = this.createdAt + hiddenMs;
    this.outcomes = submission.requests.map((request) => outcomeOf(submission, request));
  }

  get total(): number {
    return this.submission.requests.length;
  }

  get customIds(): string[] {
    return this.submission.requests.map(({ customId }) => customId);
  }

  get ended(): boolean {
    return ENDS.includes(this.status);
  }

  /** A new batch shows neither in the list nor by its id, for a while. */
  get visible(): boolean {
    return Date.now() >= this.visibleAt;
  }

  complete(seed: number): void {
    this.ran = this.total;
    const rows = this.outcomes.flatMap((outcome) => outcome.rows);
    this.rows = shuffled(rows, seed);
    this.end('completed');
  }

  /** Ends it without results, also of what ran. */
  end(status: BatchStatus, reason: string | null = null): void {
    this.status = status;
    this.reason = reason;
    this.finalizedAt = Date.now();
  }

  /** As it stands in the answer to a create and in the list: without its results. */
  render(): BatchObject & { readonly results: null } {
    const { endpoint, model } = this.submission;
    return {
      id: this.id,
      object: 'batch',
      endpoint,
      model,
      completion_window: '24h',
      status: this.status,
      created_at: Math.floor(this.createdAt / 1000),
      finalized_at: this.finalizedAt === null ? null : Math.floor(this.finalizedAt / 1000),
      request_counts: this.counts(),
      // What ran of a batch that expired or was cancelled is charged all the same.
      usage: this.ended && this.ran > 0 ? USAGE : null,
      results: null,
      error: this.reason === null ? null : { message: this.reason },
    };
  }

  /** With its results in place, which are null unless it is completed; each row begins a line. */
  document(): Buffer {
    const { results: _, error, ...head } = this.render();
    const results = this.status === 'completed' ? `[\n${this.rows.join(',\n')}\n]` : 'null';
    return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"results":${results},"error":${JSON.stringify(error)}}`);
  }

  /** All fail when the batch does, whether they ran or not. */
  private counts(): BatchObject['request_counts'] {
    const { total } = this;
    if (this.status === 'failed') return { total, completed: 0, failed: total };
    if (this.status !== 'completed') return { total, completed: 0, failed: 0 };
    const completed = this.outcomes.filter(({ succeeds }) => succeeds).length;
    return { total, completed, failed: total - completed };
  }
}
