import type { RemoteBatch, RemoteError } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import { toRemoteState } from '../openai-shaped/openai-shaped.mapper';
import type { BatchWire } from './openrouter.wire';

/** Our id of an item, as the vendor puts it into a reason: "Batch request '…' sets …". */
const ITEM_ID = /\br\d{7}-[a-z0-9]{8}\b/g;
/** How the provider behind the vendor says that its account has as many jobs as it may: "in use: 16, quota: 16". */
const QUOTA = /\bin use: \d+, quota: \d+/;
const NO_REASON = 'The provider gave no reason';

export function toRemoteBatch(wire: BatchWire): RemoteBatch {
  const state = toRemoteState(wire.status);
  const errors = state === 'failed' ? [toReason(wire)] : [];
  return {
    ranNothing: state === 'failed' && wasNotCharged(wire) && namedItem(wire) !== null,
    id: wire.id,
    state,
    counts: toCounts(wire, errors),
    errors,
    retryable: state === 'failed' && wasNotCharged(wire) && QUOTA.test(wire.error?.message ?? ''),
  };
}

/** The one item of ours that the reason of a failed batch names; null where it names none, or several. */
export function namedItem({ error }: BatchWire): string | null {
  const [itemId, ...others] = new Set(error?.message.match(ITEM_ID));
  return itemId !== undefined && others.length === 0 ? itemId : null;
}

/** Whether nothing was charged: so it is with what was refused before it ran. */
export function wasNotCharged({ usage }: BatchWire): boolean {
  return usage === undefined || usage === null;
}

/** The vendor gives a batch one reason, in words alone. */
function toReason(wire: BatchWire): RemoteError {
  const itemId = namedItem(wire);
  return {
    code: 'batch_failed',
    message: safeText(wire.error?.message || NO_REASON),
    // A reason names an item by its id, never by where it stood in the create.
    line: null,
    ...(itemId !== null && { itemId }),
  };
}

/**
 * One request that it cannot translate fails the whole batch before any goes to a model; the vendor then counts them all as
 * failed, although none ran.
 */
function toCounts(wire: BatchWire, errors: readonly RemoteError[]): RemoteBatch['counts'] {
  const counts = wire.request_counts;
  if (!counts) return null;
  const ranNone = counts.completed === 0 && wasNotCharged(wire) && errors.some(({ itemId }) => itemId !== undefined);
  return { total: counts.total, succeeded: counts.completed, failed: ranNone ? 0 : counts.failed };
}
