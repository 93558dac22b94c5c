import { BATCH_STATUSES, isTerminal, type BatchStatus } from '../../batches/batch-status';
import { CommandError, ExitCode } from './exit-code';

/** A batch as the service shows it, as far as a client looks at it. Timestamps are Unix seconds. */
export interface ShownBatch {
  readonly id: string;
  readonly status: BatchStatus;
  readonly model: string;
  readonly provider: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly errors_detail?: readonly { readonly code: string; readonly message: string }[];
  readonly [field: string]: unknown;
}

/** A page of batches, newest first. */
export interface BatchPage {
  readonly data: readonly ShownBatch[];
  readonly has_more: boolean;
  readonly last_id: string | null;
}

/** A model that can be named. */
export interface ShownModel {
  readonly id: string;
  readonly provider: string;
  readonly supports_batching: boolean;
}

/** What an answer holds as a batch. Throws {@link CommandError} for anything else: the address is another server's then. */
export function toBatch(value: unknown): ShownBatch {
  const batch = value as Partial<ShownBatch> | null;
  const counts = batch?.request_counts as Record<string, unknown> | undefined;
  const isBatch =
    typeof batch?.id === 'string' &&
    (BATCH_STATUSES as readonly unknown[]).includes(batch.status) &&
    ['total', 'completed', 'failed'].every((name) => Number.isInteger(counts?.[name]));
  if (!isBatch)
    throw new CommandError('The answer holds no batch. Is the address that of Meshbatch?', ExitCode.refused);
  return batch as ShownBatch;
}

export function hasEnded({ status }: ShownBatch): boolean {
  return isTerminal(status);
}

/** What the end of a batch means for the exit code. */
export function exitCodeOf({ status, request_counts }: ShownBatch): ExitCode {
  if (status !== 'completed') return ExitCode.notCompleted;
  return request_counts.failed > 0 ? ExitCode.someFailed : ExitCode.succeeded;
}
