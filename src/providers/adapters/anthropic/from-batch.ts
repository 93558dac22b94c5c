import type { RemoteBatch, RemoteState } from '../../contract/adapter';
import type { BatchWire } from './anthropic.wire';

/** How many requests a batch has: the vendor's counts always add up to it. */
export function totalOf({ request_counts: counts }: BatchWire): number {
  return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired;
}

/** The vendor has one word for every end; a batch of which part was cancelled or expired is completed, and its rows tell. */
export function toRemoteBatch(wire: BatchWire): RemoteBatch {
  const { succeeded, errored, canceled, expired } = wire.request_counts;
  return {
    id: wire.id,
    state: toRemoteState(wire),
    // Every request of an ended batch has a row, those that never ran too.
    counts: { total: totalOf(wire), succeeded, failed: errored + canceled + expired },
    errors: [],
    retryable: false,
  };
}

/** A word that we do not know must never look finished. */
function toRemoteState(wire: BatchWire): RemoteState {
  if (wire.processing_status === 'canceling') return 'cancelling';
  if (wire.processing_status !== 'ended') return 'in_progress';
  const total = totalOf(wire);
  if (total > 0 && wire.request_counts.canceled === total) return 'cancelled';
  return total > 0 && wire.request_counts.expired === total ? 'expired' : 'completed';
}

/** When the batch ended, in seconds since the epoch: the vendor gives the answers no time of their own. */
export function endedAt({ ended_at: ended, created_at: created }: BatchWire): number {
  const ms = Date.parse(ended ?? created);
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : 0;
}
