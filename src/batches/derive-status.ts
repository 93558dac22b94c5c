import type { BatchEntity } from './batch.entity';
import type { BatchStatus } from './batch-status';
import type { PartEntity } from './part.entity';

type BatchFacts = Pick<BatchEntity, 'status' | 'cancellingAt' | 'deadlinePassedAt'>;
type PartFacts = Pick<PartEntity, 'state' | 'remoteId' | 'remoteState' | 'failedWhole' | 'succeeded' | 'notRun'>;

/** From the parts to the batch: the table of the architecture, row by row. */
export function deriveStatus(batch: BatchFacts, parts: readonly PartFacts[]): BatchStatus {
  if (parts.every((part) => part.state === 'ended')) return terminalStatus(batch, parts);
  if (batch.cancellingAt) return 'cancelling';
  if (parts.every(hasEndedUpstream)) return 'finalizing';
  if (batch.status === 'finalizing') return 'finalizing';
  return parts.some(wasSent) ? 'in_progress' : batch.status;
}

function terminalStatus(batch: BatchFacts, parts: readonly PartFacts[]): BatchStatus {
  if (parts.every((part) => part.failedWhole && part.succeeded === 0)) return 'failed';
  const someDidNotRun = parts.some((part) => part.notRun > 0);
  if (batch.cancellingAt && someDidNotRun) return 'cancelled';
  const outOfTime = batch.deadlinePassedAt !== null || parts.some((part) => part.remoteState === 'expired');
  if (outOfTime && someDidNotRun) return 'expired';
  return 'completed';
}

/** A part that needs an operator was sent, as far as anybody can tell. */
function wasSent(part: PartFacts): boolean {
  return part.remoteId !== null || ['needs_operator', 'collecting', 'ended'].includes(part.state);
}

function hasEndedUpstream(part: PartFacts): boolean {
  return part.state === 'ended' || part.state === 'collecting' || part.remoteState === 'finalizing';
}
