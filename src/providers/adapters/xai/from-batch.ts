import type { RemoteBatch, RemoteError, RemoteState } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import type { BatchWire } from './xai.wire';

/** What the vendor says of a file of which it ran nothing, as captured in August 2026. */
const INVALID_FILE = /^JSONL file validation failed\b/;
/** `JSONL file validation failed: line 2: invalid JSON: …` */
const LINE = /^JSONL file validation failed: line (\d{1,9})\b/;
/** Every line names the same model. */
const EVERY_LINE = /is not supported for batch processing/;

interface Counts {
  readonly total: number;
  readonly pending: number;
  readonly succeeded: number;
  readonly errored: number;
  readonly cancelled: number;
}

/** A count that is left out is zero, as in JSON that is made of gRPC; of what is pending the others tell then. */
export function countsOf({ state }: BatchWire): Counts {
  const total = whole(state?.num_requests);
  const succeeded = whole(state?.num_success);
  const errored = whole(state?.num_error);
  const cancelled = whole(state?.num_cancelled);
  const pending = whole(state?.num_pending ?? total - succeeded - errored - cancelled);
  return { total, pending, succeeded, errored, cancelled };
}

/**
 * Whether the batch looks ended only by a cancel, the caller's or the vendor's own. Such counts go backwards: five cancelled
 * requests were seen to be five successes 20 seconds later, since they had been under way.
 */
export function mayTurn(wire: BatchWire): boolean {
  const { total, pending, cancelled } = countsOf(wire);
  if (wire.cancel_by_xai_message) return pending === 0 && !isInvalidFile(wire);
  return total === 0 ? isCancelled(wire) : pending === 0 && cancelled > 0;
}

/** Whether two reads of a batch count the same. */
export function countTheSame(one: BatchWire, other: BatchWire): boolean {
  return JSON.stringify(countsOf(one)) === JSON.stringify(countsOf(other));
}

/** @param settled whether the counts of a batch that {@link mayTurn} are known to have come to rest */
export function toRemoteBatch(wire: BatchWire, settled: boolean): RemoteBatch {
  const { total, succeeded, errored, cancelled } = countsOf(wire);
  const message = wire.cancel_by_xai_message;
  return {
    id: wire.batch_id,
    state: toRemoteState(wire, settled),
    // Before the input is read every count is zero.
    counts: total === 0 && !message ? null : { total, succeeded, failed: errored + cancelled },
    errors: message ? [toReason(message)] : [],
    retryable: false,
    ranNothing: isInvalidFile(wire),
  };
}

/** There is no status. What ran outranks a cancel, and nothing that is not counted to its end looks finished. */
function toRemoteState(wire: BatchWire, settled: boolean): RemoteState {
  if (isInvalidFile(wire)) return 'failed';
  if (mayTurn(wire) && !settled) return 'cancelling';
  const { total, pending, succeeded, errored, cancelled } = countsOf(wire);
  if (wire.cancel_by_xai_message) return pending === 0 ? 'failed' : 'cancelling';
  if (total === 0) return isCancelled(wire) ? 'cancelled' : 'validating';
  if (pending !== 0) return isCancelled(wire) ? 'cancelling' : 'in_progress';
  if (succeeded + errored > 0) return 'completed';
  return cancelled > 0 ? 'cancelled' : 'in_progress';
}

function isCancelled({ cancel_time: time }: BatchWire): boolean {
  return time !== null && time !== undefined && time !== '';
}

/** The vendor found fault with the file before it ran any of it. */
function isInvalidFile(wire: BatchWire): boolean {
  const { succeeded, errored } = countsOf(wire);
  return INVALID_FILE.test(wire.cancel_by_xai_message ?? '') && succeeded + errored === 0;
}

function toReason(message: string): RemoteError {
  const line = LINE.exec(message)?.[1];
  return {
    code: 'batch_failed',
    message: safeText(message),
    line: line === undefined ? null : Number(line),
    ...(EVERY_LINE.test(message) && { everyLine: true }),
  };
}

function whole(count: number | null | undefined): number {
  return Math.max(0, Math.trunc(count ?? 0));
}
