import type { BatchEntity } from '../../batches/batch.entity';
import { isTerminal } from '../../batches/batch-status';
import { neverRanAs } from './never-ran';
import type { MessageBatchDto, MessageBatchRequestCountsDto, ProcessingStatus } from './dto/message-batch.dto';

const instantOrNull = (instant: Date | null) => instant?.toISOString() ?? null;

/** @param notRun how many of its items are known never to have run */
export function toMessageBatch(batch: BatchEntity, notRun: number): MessageBatchDto {
  const ended = isTerminal(batch.status);
  return {
    id: batch.id,
    type: 'message_batch',
    processing_status: statusOf(batch),
    request_counts: countsOf(batch, notRun),
    created_at: batch.createdAt.toISOString(),
    expires_at: batch.expiresAt.toISOString(),
    ended_at: instantOrNull(endedAt(batch)),
    cancel_initiated_at: instantOrNull(batch.cancellingAt),
    archived_at: null,
    // Not a whole URL: what stands in front of us is known to the client alone, and its key goes nowhere else.
    results_url: ended ? `/v1/messages/batches/${batch.id}/results` : null,
  };
}

function statusOf({ status, cancellingAt }: BatchEntity): ProcessingStatus {
  if (isTerminal(status)) return 'ended';
  return cancellingAt ? 'canceling' : 'in_progress';
}

function endedAt({ completedAt, failedAt, expiredAt, cancelledAt }: BatchEntity): Date | null {
  return completedAt ?? failedAt ?? expiredAt ?? cancelledAt;
}

function countsOf(batch: BatchEntity, notRun: number): MessageBatchRequestCountsDto {
  const { status, total, completed, failed } = batch;
  const none = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  if (!isTerminal(status)) return { ...none, processing: total };
  return { ...none, succeeded: completed, errored: failed - notRun, [neverRanAs(batch)]: notRun };
}
