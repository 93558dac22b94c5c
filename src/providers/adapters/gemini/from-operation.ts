import type { RemoteBatch, RemoteError, RemoteState } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import type { OperationWire, PartialOperationWire } from './gemini.wire';
import { lineReasons } from './lines';
import { readStatus } from './rpc-codes';

/** The vendor's words, without the `JOB_STATE_` or `BATCH_STATE_` in front: both are in use. */
const STATES: ReadonlyMap<string, RemoteState> = new Map([
  ['UNSPECIFIED', 'validating'],
  ['QUEUED', 'validating'],
  ['PENDING', 'validating'],
  ['RUNNING', 'in_progress'],
  ['SUCCEEDED', 'completed'],
  ['PARTIALLY_SUCCEEDED', 'completed'],
  ['FAILED', 'failed'],
  ['EXPIRED', 'expired'],
  ['CANCELLING', 'cancelling'],
  ['CANCELLED', 'cancelled'],
]);
const RESOURCE_EXHAUSTED = 'RESOURCE_EXHAUSTED';

export function toRemoteBatch(wire: OperationWire): RemoteBatch {
  const state = toRemoteState(wire);
  const counts = toCounts(wire);
  const errors = state === 'failed' && wire.error ? toErrors(wire.error) : [];
  return {
    id: idOf(wire.name),
    state,
    // Of a batch that was stopped or expired the vendor gives nothing, so that its counts measure nothing.
    counts: state === 'expired' || state === 'cancelled' ? null : counts,
    errors,
    // Counts that are not told prove nothing: what may have run is not sent again.
    retryable: errors[0]?.code === RESOURCE_EXHAUSTED && counts?.succeeded === 0 && counts.failed === 0,
  };
}

/** A word that we do not know must never look finished. */
export function toRemoteState({ metadata }: PartialOperationWire): RemoteState {
  const word = /^(?:JOB|BATCH)_STATE_(.+)$/.exec(metadata?.state ?? '')?.[1] ?? '';
  return STATES.get(word) ?? 'in_progress';
}

function toCounts({ metadata }: PartialOperationWire): RemoteBatch['counts'] {
  const stats = metadata?.batchStats;
  if (stats?.requestCount == null) return null;
  const { requestCount: total, successfulRequestCount: succeeded, failedRequestCount: failed } = stats;
  return { total, succeeded: succeeded ?? 0, failed: failed ?? 0 };
}

function toErrors(error: NonNullable<OperationWire['error']>): RemoteError[] {
  const code = safeText(readStatus(error).name);
  const message = error.message || 'The provider gave no reason';
  const reasons = lineReasons(message);
  const all = reasons.length > 0 ? reasons : [{ line: null, message }];
  return all.map((reason) => ({ code, message: safeText(reason.message), line: reason.line }));
}

/** The id in a resource's name, such as `batches/abc` or `files/abc`. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** When the batch ended, in seconds since the epoch: the vendor gives the answers no time of their own. Null when it says nothing. */
export function endedAt({ metadata }: PartialOperationWire): number | null {
  const ms = Date.parse(metadata?.endTime ?? metadata?.updateTime ?? metadata?.createTime ?? '');
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : null;
}
