import { isTerminal, type BatchStatus } from '../batches/batch-status';
import type { BatchProgressFacts } from '../batches/batches.store';
import { INSTANT_OF } from '../batches/status-instants';

/**
 * The id of the event that tells a status. A batch goes through statuses in this order, skips some and never goes back, so one is
 * the same whoever asks, and says what came before it.
 */
export const EVENT_IDS = {
  validating: 1,
  in_progress: 2,
  finalizing: 3,
  cancelling: 4,
  completed: 5,
  failed: 5,
  expired: 5,
  cancelled: 5,
} as const satisfies Record<BatchStatus, number>;

/** Before every event. */
export const NO_EVENT = 0;

/** A status that a batch has come to. */
export interface ReachedStatus {
  readonly id: number;
  readonly status: BatchStatus;
  readonly at: Date;
}

const IN_ORDER = (Object.keys(EVENT_IDS) as BatchStatus[]).sort((a, b) => EVENT_IDS[a] - EVENT_IDS[b]);

/** The statuses that a batch has come to after the event of that id, in order. */
export function reachedAfter(id: number, batch: BatchProgressFacts): ReachedStatus[] {
  return IN_ORDER.flatMap((status) => {
    const at = batch[INSTANT_OF[status]];
    return at !== null && EVENT_IDS[status] > id ? [{ id: EVENT_IDS[status], status, at }] : [];
  });
}

/** Whether nothing more will happen to a batch after the event of that id. */
export function isOver(id: number, { status }: Pick<BatchProgressFacts, 'status'>): boolean {
  return isTerminal(status) && EVENT_IDS[status] <= id;
}
