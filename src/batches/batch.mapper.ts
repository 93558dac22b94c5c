import { toUnixSeconds } from '../common/clock';
import type { BatchEntity, BatchUsage } from './batch.entity';
import { isTerminal } from './batch-status';
import type { BatchSummaryDto, BatchUsageDto } from './dto/batch.dto';
import type { BatchDto } from './dto/batch-detail.dto';

const seconds = (instant: Date) => toUnixSeconds(instant.getTime());
const secondsOrNull = (instant: Date | null) => (instant ? seconds(instant) : null);

export function toBatchSummary(batch: BatchEntity): BatchSummaryDto {
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    model: batch.model,
    provider: batch.provider,
    status: batch.status,
    completion_window: batch.completionWindow,
    retry_of: batch.rootId,
    input_file_id: batch.inputFileId,
    output_file_id: batch.outputFileId,
    error_file_id: batch.errorFileId,
    created_at: seconds(batch.createdAt),
    in_progress_at: secondsOrNull(batch.inProgressAt),
    finalizing_at: secondsOrNull(batch.finalizingAt),
    completed_at: secondsOrNull(batch.completedAt),
    failed_at: secondsOrNull(batch.failedAt),
    expires_at: seconds(batch.expiresAt),
    expired_at: secondsOrNull(batch.expiredAt),
    cancelling_at: secondsOrNull(batch.cancellingAt),
    cancelled_at: secondsOrNull(batch.cancelledAt),
    request_counts: { total: batch.total, completed: batch.completed, failed: batch.failed },
    metadata: batch.metadata,
    usage: batch.usage && usageOf(batch.usage),
    usage_synced: isTerminal(batch.status),
  };
}

/** What is counted beside these is for OpenAI's clients alone. */
function usageOf({ input_tokens, output_tokens, total_tokens }: BatchUsage): BatchUsageDto {
  return { input_tokens, output_tokens, total_tokens };
}

/** A batch without its results, which stream. */
export function toBatch(batch: BatchEntity): BatchDto {
  return { ...toBatchSummary(batch), errors_detail: batch.errors, results: null };
}
