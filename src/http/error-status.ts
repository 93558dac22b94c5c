import type { ErrorCode } from './meshbatch-error';

/** The one place where a code becomes an HTTP status. */
export const ERROR_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_api_version: 400,
  mixed_models: 400,
  too_few_requests: 400,
  request_too_large: 400,
  model_capability_not_supported: 400,
  unsupported_parameter: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  nothing_to_retry: 409,
  idempotency_conflict: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  validation_error: 422,
  batch_limit_exceeded: 429,
  rate_limit_exceeded: 429,
  storage_limit_exceeded: 429,
  headers_too_large: 431,
  internal_error: 500,
  not_implemented: 501,
  provider_not_available: 503,
  service_unavailable: 503,
  insufficient_storage: 507,
};

/** The code for a status that Nest or the platform decided, such as its own 404 for an unknown route. */
export function codeOfStatus(status: number): ErrorCode {
  const known: Readonly<Record<number, ErrorCode>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    405: 'method_not_allowed',
    408: 'request_timeout',
    409: 'conflict',
    413: 'payload_too_large',
    415: 'unsupported_media_type',
    422: 'validation_error',
    429: 'rate_limit_exceeded',
    431: 'headers_too_large',
    503: 'service_unavailable',
  };
  return known[status] ?? (status >= 500 ? 'internal_error' : 'invalid_request');
}
