import { hasEndedUpstream, sentItems, showsNothingRan } from '../batches/attempt';
import type { PartEntity } from '../batches/part.entity';
import type { ProviderCapabilities } from '../providers/contract/adapter';

type PartEnd = Pick<PartEntity, 'remoteState' | 'remoteCounts' | 'itemCount' | 'excluded'>;
type Stopping = Pick<ProviderCapabilities, 'cancel' | 'removalStops'>;

/**
 * Whether a part's job and its files may be removed after a read that gave `rows` outcomes. Where it was read whole; and where it was
 * given up while it went on, so that nobody will read it any more, if it holds nothing that is paid for and can be stopped.
 */
export function mayBeRemoved(part: PartEnd, rows: number, capabilities: Stopping): boolean {
  return hasEndedUpstream(part) ? isReadWhole(part, rows) : isNoLoss(part, rows, capabilities);
}

/** Whether as many rows were read as the provider counts, or as were sent where it counts none; what it may still hold is paid for. */
function isReadWhole(part: PartEnd, rows: number): boolean {
  const { remoteState, remoteCounts } = part;
  if (remoteCounts !== null) return rows >= remoteCounts.succeeded + remoteCounts.failed;
  return remoteState !== 'completed' || rows >= sentItems(part);
}

/** Of a job that was not seen to end: it ended unseen and was read, its cancel discards it all anyway, or nothing of it ran. */
function isNoLoss(part: PartEnd, rows: number, { cancel, removalStops = false }: Stopping): boolean {
  if (rows > 0) return rows === sentItems(part);
  return cancel === 'discards' || ((cancel === 'stops' || removalStops) && showsNothingRan(part));
}
