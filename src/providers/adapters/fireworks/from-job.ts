import type { RemoteBatch, RemoteError, RemoteState } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import { RESOURCE_EXHAUSTED } from './codes';
import type { JobWire } from './fireworks.wire';

const PREFIX = 'JOB_STATE_';

/** Every state that the vendor documents, without its prefix. */
const STATES: ReadonlyMap<string, RemoteState> = new Map([
  ['UNSPECIFIED', 'validating'],
  ['VALIDATING', 'validating'],
  ['PENDING', 'validating'],
  ['CREATING_INPUT_DATASET', 'in_progress'],
  ['CREATING', 'in_progress'],
  ['RUNNING', 'in_progress'],
  ['RE_QUEUEING', 'in_progress'],
  ['IDLE', 'in_progress'],
  ['PAUSED', 'in_progress'],
  ['WRITING_RESULTS', 'finalizing'],
  ['COMPLETED', 'completed'],
  ['FAILED', 'failed'],
  ['EXPIRED', 'expired'],
  ['EARLY_STOPPED', 'expired'],
  ['CANCELLING', 'cancelling'],
  ['CANCELLED', 'cancelled'],
  ['DELETING', 'cancelled'],
  ['DELETING_CLEANING_UP', 'cancelled'],
  ['DELETED', 'cancelled'],
  ['ARCHIVED', 'cancelled'],
] as const);

export function toRemoteBatch(wire: JobWire): RemoteBatch {
  const state = toRemoteState(wire.state ?? '');
  const counts = toCounts(wire);
  const errors = state === 'failed' ? [reasonOf(wire)] : [];
  return {
    id: wire.name.slice(wire.name.lastIndexOf('/') + 1),
    state,
    counts,
    errors,
    retryable: isUnrun(wire) && errors.some(({ code }) => code === RESOURCE_EXHAUSTED),
  };
}

/** A word that we do not know must never look finished. */
function toRemoteState(state: string): RemoteState {
  return STATES.get(state.startsWith(PREFIX) ? state.slice(PREFIX.length) : state) ?? 'in_progress';
}

/** Whether the job says that it ran nothing. One that fails shows no more how far it had come: without counts it may have run. */
function isUnrun({ jobProgress: progress }: JobWire): boolean {
  if (!progress) return false;
  const { successfullyProcessedRequests: succeeded, failedRequests: failed, totalProcessedRequests: all } = progress;
  return succeeded === 0 && failed === 0 && whole(all) === 0;
}

/** The vendor repeats as its total what the upload was declared to hold, so that what it processed may be more. */
function toCounts({ jobProgress: progress }: JobWire): RemoteBatch['counts'] {
  if (!progress) return null;
  const [succeeded, failed] = [whole(progress.successfullyProcessedRequests), whole(progress.failedRequests)];
  const total = Math.max(
    whole(progress.totalInputRequests),
    whole(progress.totalProcessedRequests),
    succeeded + failed,
  );
  return { total, succeeded, failed };
}

/**
 * Why a job failed. One invalid line fails the whole, and the message names a line, but another one: it was seen to say 1
 * of the second. So that no item is blamed for another's fault, no line is told.
 */
function reasonOf({ status }: JobWire): RemoteError {
  const code = status?.code && status.code !== 'OK' ? status.code : 'batch_failed';
  return { code: safeText(code), message: safeText(status?.message || 'The provider gave no reason'), line: null };
}

function whole(count: number | null | undefined): number {
  return Math.max(0, Math.trunc(count ?? 0));
}
