import type { Clock } from '../../common/clock';
import { hasEnded, type ShownBatch } from './batch';
import type { BatchApi } from './batch-api';
import { BatchWakes } from './batch-wakes';
import { RefusedError, UnreachableError } from './call-errors';

const [FIRST_MS, LONGEST_MS, GROWTH] = [1_000, 15_000, 1.4];
/** Events may come in quick succession. */
const SHORTEST_MS = 250;

/** What a follower tells of. */
export interface FollowSink {
  show(batch: ShownBatch): void;
  /** The service is not there for now; said once for each time that it goes away. */
  tellAway(error: Error): void;
}

/** Follows batches to their end: asks for them after each event, and ever more seldom where there are none. */
export class Follower {
  constructor(
    private readonly api: Pick<BatchApi, 'get' | 'events'>,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Resolves to the batch once it has ended. A service that is away is waited for.
   * @throws RefusedError for what waiting does not mend, such as 404, or the reason of the signal
   */
  async follow(id: string, sink: FollowSink): Promise<ShownBatch> {
    const wakes = new BatchWakes(this.api, id, this.clock, this.signal);
    try {
      return await this.poll(id, sink, wakes);
    } finally {
      wakes.close();
    }
  }

  private async poll(id: string, sink: FollowSink, wakes: BatchWakes): Promise<ShownBatch> {
    let status: string | null = null;
    let intervalMs = FIRST_MS;
    let isAway = false;
    for (;;) {
      try {
        const batch = await this.api.get(id);
        sink.show(batch);
        if (hasEnded(batch)) return batch;
        isAway = false;
        if (batch.status !== status) intervalMs = FIRST_MS;
        status = batch.status;
      } catch (error) {
        if (!passes(error)) throw error;
        if (!isAway) sink.tellAway(error);
        isAway = true;
      }
      await this.clock.sleep(SHORTEST_MS, this.signal);
      await wakes.wait(wakes.isListening ? LONGEST_MS : intervalMs - SHORTEST_MS);
      this.signal.throwIfAborted();
      intervalMs = Math.min(LONGEST_MS, intervalMs * GROWTH);
    }
  }
}

/** Whether the service may answer later. */
function passes(error: unknown): error is Error {
  if (error instanceof UnreachableError) return true;
  return error instanceof RefusedError && (error.status >= 500 || error.status === 429);
}
