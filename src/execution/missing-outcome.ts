import type { BatchError } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { ItemOutcome } from '../providers/contract/adapter';

type PartEnd = Pick<PartEntity, 'failedWhole' | 'errors' | 'remoteId' | 'remoteState' | 'stopReason' | 'createSentAt'>;

/** Codes of items that never ran, by which a batch becomes `cancelled` or `expired`. */
export const NOT_RUN_CODES: ReadonlySet<string> = new Set([
  'batch_cancelled',
  'batch_expired',
  'submission_unconfirmed',
]);

const MESSAGES = {
  batch_cancelled: 'The batch was cancelled before this request ran.',
  batch_expired: 'The batch expired before this request ran.',
  submission_unconfirmed:
    'Nobody can tell whether the provider took this request; the batch ended before it was known.',
  missing_result: 'The provider returned no result for this request.',
} as const;

/** The error of item `line` (1-based, within the part) of a part that ended without an outcome for it. */
export function missingOutcome(part: PartEnd, line: number): Pick<ItemOutcome, 'response' | 'error'> {
  return { response: null, error: errorOf(part, line) };
}

function errorOf(part: PartEnd, line: number): { code: string; message: string } {
  const refused = part.failedWhole || part.remoteState === 'failed';
  const reason = refused && (part.errors.find((error) => error.line === line) ?? part.errors[0]);
  if (reason) return toItemError(reason, reason.line === line);
  const code = codeOf(part);
  return { code, message: MESSAGES[code] };
}

function toItemError({ code, message }: BatchError, own: boolean): { code: string; message: string } {
  return { code, message: own ? message : `The batch failed before this request ran: ${message}` };
}

function codeOf(part: PartEnd): keyof typeof MESSAGES {
  if (part.remoteId === null && part.createSentAt !== null) return 'submission_unconfirmed';
  if (part.remoteState === 'expired') return 'batch_expired';
  if (part.remoteState === 'cancelled') return 'batch_cancelled';
  if (part.remoteState === 'completed') return 'missing_result';
  if (part.stopReason === null) return 'missing_result';
  return part.stopReason === 'expired' ? 'batch_expired' : 'batch_cancelled';
}
