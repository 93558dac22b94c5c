import type { RemoteBatch, RemoteError, RemoteState } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import { jobErrorWire, type JobWire } from './mistral.wire';

/** Source: `models/components/batchjobstatus.ts` of `@mistralai/mistralai` 2.7.0. */
const STATES: ReadonlyMap<string, RemoteState> = new Map([
  ['QUEUED', 'validating'],
  ['RUNNING', 'in_progress'],
  ['SUCCESS', 'completed'],
  ['FAILED', 'failed'],
  ['TIMEOUT_EXCEEDED', 'expired'],
  ['CANCELLATION_REQUESTED', 'cancelling'],
  ['CANCELLED', 'cancelled'],
] as const);

/** `SUCCESS` says that every request was done, not that any succeeded: its rows tell. */
export function toRemoteBatch(wire: JobWire): RemoteBatch {
  // A word that we do not know must never look finished.
  const state = STATES.get(wire.status) ?? 'in_progress';
  return {
    id: wire.id,
    state,
    counts: countsOf(wire),
    // A job that succeeded adds up the reasons of its failed items there.
    errors: state === 'failed' ? (wire.errors ?? []).map(toReason) : [],
    retryable: false,
  };
}

/** `completed_requests`, which counts failures too, says nothing beside these. Before a job runs all of them are 0. */
function countsOf(wire: JobWire): RemoteBatch['counts'] {
  const { total_requests: total, succeeded_requests: succeeded, failed_requests: failed } = wire;
  if (total == null || succeeded == null || failed == null) return null;
  return { total, succeeded, failed };
}

function toReason(error: unknown): RemoteError {
  const { message = 'The provider gave no reason', count } = jobErrorWire.safeParse(error).data ?? {};
  const times = count != null && count > 1 ? ` (${count} requests)` : '';
  return { code: 'batch_failed', message: safeText(message) + times, line: null };
}
