import { backoffMs } from '../../common/backoff';
import type { Random } from '../../common/random';
import { IN_PROGRESS, RefusedError, type CallError } from './call-errors';

/** Tries after the first. */
const MAX_RETRIES = 5;
const LONGEST_WAIT_MS = 300_000;
const RETRIED_STATUSES = [429, 502, 503, 504];
/** That pass with time, but not soon or not by themselves. */
const NOT_RETRIED_CODES = ['batch_limit_exceeded', 'storage_limit_exceeded', 'provider_not_available'];
/** Further tries, with a second between them: the key of a create whose process died is free after ten seconds. */
const MAX_IN_PROGRESS = 30;
const IN_PROGRESS_MS = 1_000;

/** Says whether and when one call is tried again. */
export class Patience {
  private retries = 0;
  private inProgress = 0;

  constructor(private readonly random: Random) {}

  /** Milliseconds before the next try; null when it is not worth one. */
  pauseAfter(error: CallError): number | null {
    if (!(error instanceof RefusedError)) return null;
    if (error.code === IN_PROGRESS) {
      return this.inProgress++ < MAX_IN_PROGRESS ? (error.retryAfterMs ?? IN_PROGRESS_MS) : null;
    }
    if (this.retries === MAX_RETRIES || !isWorthRetrying(error)) return null;
    const backoff = backoffMs(this.retries++, this.random);
    return error.retryAfterMs ?? backoff;
  }
}

function isWorthRetrying({ status, code, retryAfterMs }: RefusedError): boolean {
  if (NOT_RETRIED_CODES.includes(code) || (retryAfterMs ?? 0) > LONGEST_WAIT_MS) return false;
  return RETRIED_STATUSES.includes(status);
}
