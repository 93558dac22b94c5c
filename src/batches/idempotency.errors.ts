import { MeshbatchError } from '../http/meshbatch-error';

/** Most creates take milliseconds; a client's own backoff does the rest. */
const RETRY_AFTER_SECONDS = 1;

/** 409: the key stands for another request, and no retry changes that. */
export class IdempotencyConflictError extends MeshbatchError {
  override readonly name = 'IdempotencyConflictError';

  constructor() {
    super('idempotency_conflict', 'The Idempotency-Key was used for another request.');
  }
}

/** 409: the first request with the key has not ended, or its process died and its lease is to lapse. */
export class IdempotencyInProgressError extends MeshbatchError {
  override readonly name = 'IdempotencyInProgressError';

  constructor() {
    super('idempotency_in_progress', 'A request with this Idempotency-Key is still in progress.', {
      retry_after_seconds: RETRY_AFTER_SECONDS,
    });
  }
}
