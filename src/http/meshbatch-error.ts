/** Every code that an answer of ours can carry in `error.code`; the status of each is in `error-status.ts`. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_api_version'
  | 'mixed_models'
  | 'too_few_requests'
  | 'request_too_large'
  | 'model_capability_not_supported'
  | 'unsupported_parameter'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'model_not_found'
  | 'conflict'
  | 'request_timeout'
  | 'nothing_to_retry'
  | 'idempotency_conflict'
  | 'idempotency_in_progress'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'validation_error'
  | 'batch_limit_exceeded'
  | 'rate_limit_exceeded'
  | 'storage_limit_exceeded'
  | 'headers_too_large'
  | 'internal_error'
  | 'not_implemented'
  | 'provider_not_available'
  | 'service_unavailable'
  | 'insufficient_storage';

/** One fault of a 422, in the reference's `ValidationError` shape. */
export interface Fault {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly input?: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

export interface ErrorExtras {
  /** Machine-readable detail; for a 422 the faults. */
  readonly details?: unknown;
  /** How many more entries `details` would have without its cap. */
  readonly more?: number;
  /** When to try again, which the header `Retry-After` then says too. */
  readonly retry_after_seconds?: number;
}

/** A refusal that the caller sees as it is: its message must be safe to show. */
export class MeshbatchError extends Error {
  override readonly name: string = 'MeshbatchError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly extras: ErrorExtras = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** 422 with its faults; `more` counts those beyond the first 100. */
export class ValidationFailedError extends MeshbatchError {
  override readonly name = 'ValidationFailedError';

  constructor(
    readonly faults: readonly Fault[],
    more = 0,
  ) {
    super('validation_error', 'Request validation failed.', { details: faults, ...(more > 0 && { more }) });
  }
}

/** The same 404 for what never was and for what belongs to somebody else. */
export class NotFoundError extends MeshbatchError {
  override readonly name = 'NotFoundError';

  constructor() {
    super('not_found', 'Resource not found.');
  }
}
