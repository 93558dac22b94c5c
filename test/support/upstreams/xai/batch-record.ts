import { shuffled } from '../kit/shuffle';
import { cancelledRow, outcomeOf, type Outcome } from './outcomes';
import type { XaiBatch } from './types';
import { newUuid } from './uuid';
import type { InputItem } from './validate-input';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;

type RequestState = 'pending' | 'succeeded' | 'failed' | 'cancelled';

interface Planned {
  readonly customId: string;
  readonly outcome: Outcome;
  state: RequestState;
}

/** One batch as the simulator keeps it. It has no status: only what its requests are. */
export class BatchRecord {
  readonly id = newUuid('batch_');
  private readonly createdAt = Date.now();
  private requests: Planned[] = [];
  private cancelledAt: number | null = null;
  private message: string | null = null;

  constructor(
    readonly name: string,
    private readonly inputFileId: string | null,
    /** Before this time, in ms, neither a get nor a list shows the batch. */
    private readonly visibleAt: number,
    private readonly seed: number,
  ) {}

  /** Reads the input in: from now on there are requests. */
  admit(items: readonly InputItem[]): void {
    const planned = items.map((item): Planned => {
      return { customId: item.customId, outcome: outcomeOf(item), state: 'pending' };
    });
    this.requests.push(...planned);
  }

  /** The vendor ends it, and says why. */
  refuse(message: string): void {
    this.message = message;
    this.cancelledAt = Date.now();
  }

  /** Runs `count` more of what can run. */
  run(count = Infinity): void {
    const runnable = this.requests.filter(({ state, outcome }) => state === 'pending' && outcome.verdict !== 'stuck');
    for (const request of runnable.slice(0, count)) finish(request);
  }

  /** Notes when it was told to stop. */
  cancel(): void {
    this.cancelledAt ??= Date.now();
  }

  /** What is pending will not run. */
  cancelPending(): void {
    for (const request of this.requests) if (request.state === 'pending') request.state = 'cancelled';
  }

  /** What was counted as cancelled had been under way, and has landed. */
  land(): void {
    for (const request of this.requests) if (request.state === 'cancelled') finish(request);
  }

  get total(): number {
    return this.requests.length;
  }

  /** How many requests have run. */
  get ran(): number {
    return this.count('succeeded') + this.count('failed');
  }

  /** Nothing of it will move any more by itself. */
  get ended(): boolean {
    return this.count('pending') === 0 && (this.cancelledAt !== null || this.total > 0);
  }

  get sealed(): boolean {
    return this.inputFileId !== null;
  }

  get cancelled(): boolean {
    return this.cancelledAt !== null;
  }

  get visible(): boolean {
    return Date.now() >= this.visibleAt;
  }

  get customIds(): string[] {
    return this.requests.map(({ customId }) => customId);
  }

  get ranIds(): string[] {
    const ran = this.requests.filter(({ state }) => state === 'succeeded' || state === 'failed');
    return ran.map(({ customId }) => customId);
  }

  /** The rows that can be read now, mixed; a row keeps its place. */
  rows(omitCancelled: boolean): string[] {
    return shuffled(this.requests, this.seed).flatMap(({ state, customId, outcome }) => {
      if (state === 'pending') return [];
      if (state !== 'cancelled') return outcome.rows;
      return omitCancelled ? [] : [cancelledRow(customId)];
    });
  }

  /** What is told of each request. */
  metadata(): object[] {
    return this.requests.map(({ customId, state }) => ({
      batch_request_id: customId,
      endpoint: 'xai_api.Chat/GetCompletion',
      model: 'grok-4.3',
      state,
      create_time: dayOf(this.createdAt),
      finish_time: state === 'pending' ? null : dayOf(Date.now()),
    }));
  }

  render(): XaiBatch {
    return {
      batch_id: this.id,
      name: this.name,
      create_time: dayOf(this.createdAt),
      expire_time: dayOf(this.createdAt + KEPT_DAYS * DAY_MS),
      create_api_key_id: 'key_simulated',
      cancel_time: this.cancelledAt === null ? null : dayOf(this.cancelledAt),
      cancel_by_xai_message: this.message,
      state: {
        num_requests: this.total,
        num_pending: this.count('pending'),
        num_success: this.count('succeeded'),
        num_error: this.count('failed'),
        num_cancelled: this.count('cancelled'),
      },
      ...(this.inputFileId === null ? {} : { input_file_id: this.inputFileId }),
    };
  }

  private count(state: RequestState): number {
    return this.requests.filter((request) => request.state === state).length;
  }
}

function finish(request: Planned): void {
  request.state = request.outcome.verdict === 'failed' ? 'failed' : 'succeeded';
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
