import { newId } from '../kit/ids';
import { shuffled } from '../kit/shuffle';
import { outcomeOf, rowOf, type Outcome } from './outcomes';
import type { BatchRequest, MessageBatch } from './types';

const DAY_MS = 86_400_000;

const NONE = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };

type Counts = MessageBatch['request_counts'];
type Planned = BatchRequest & { readonly outcome: Outcome };

/** One batch as the simulator keeps it: what becomes of each request, and how far it has run. */
export class BatchRecord {
  readonly id = newId('msgbatch_', 24);
  readonly createdAt = Date.now();
  /** How many requests have run; the vendor does not tell before the end. */
  ran = 0;
  canceledAt: number | null = null;
  private endedAt: number | null = null;
  private results: string[] = [];
  private readonly planned: readonly Planned[];
  private ends: Counts = NONE;

  constructor(
    requests: readonly BatchRequest[],
    private readonly origin: () => string,
    /** Whether outcomes are counted before the end. */
    private readonly countsEarly = false,
  ) {
    this.planned = requests.map((request) => ({ ...request, outcome: outcomeOf(request) }));
  }

  get total(): number {
    return this.planned.length;
  }

  get customIds(): string[] {
    return this.planned.map(({ customId }) => customId);
  }

  /** Of the requests that have run, those whose window had not ended before. */
  get ranIds(): string[] {
    const ran = this.planned.slice(0, this.ran).filter(({ outcome }) => outcome.verdict !== 'expired');
    return ran.map(({ customId }) => customId);
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  /** Ends it now: what has not run is left as `leftover`, whose rows say so. */
  end(leftover: 'canceled' | 'expired', seed: number): void {
    this.ends = this.counted(leftover);
    const rows = this.planned.flatMap(({ customId, outcome }, index) =>
      index < this.ran ? outcome.rows : [rowOf(customId, `{"type":"${leftover}"}`)],
    );
    this.results = shuffled(rows, seed);
    this.endedAt = Date.now();
  }

  /** The download of the results: a row on each line. */
  get download(): Buffer {
    return Buffer.from(this.results.map((row) => `${row}\n`).join(''));
  }

  render(): MessageBatch {
    const running = this.countsEarly ? this.counted('processing') : { ...NONE, processing: this.total };
    const status = this.canceledAt === null ? 'in_progress' : 'canceling';
    return {
      id: this.id,
      type: 'message_batch',
      processing_status: this.ended ? 'ended' : status,
      request_counts: this.ended ? this.ends : running,
      created_at: new Date(this.createdAt).toISOString(),
      expires_at: new Date(this.createdAt + DAY_MS).toISOString(),
      ended_at: this.endedAt === null ? null : new Date(this.endedAt).toISOString(),
      cancel_initiated_at: this.canceledAt === null ? null : new Date(this.canceledAt).toISOString(),
      archived_at: null,
      results_url: this.ended ? `${this.origin()}/v1/messages/batches/${this.id}/results` : null,
    };
  }

  /** What has run by its outcome, and the rest as `others`. */
  private counted(others: 'processing' | 'canceled' | 'expired'): Counts {
    const counts = { ...NONE };
    for (const [index, { outcome }] of this.planned.entries()) counts[index < this.ran ? outcome.verdict : others]++;
    return counts;
  }
}
