import { isFields } from '../translation/checks';
import { faultsIn } from '../upstream/refusal';

/**
 * The words for errors by HTTP status; any other status of a request at fault is an `invalid_request_error`.
 * Source: "HTTP errors" in Anthropic's documentation of its API.
 */
const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);
const FIRST_SERVER_ERROR = 500;
const NO_REASON = 'The provider gave no reason';

/** An error as the Messages API words it, in its answers and in the rows of its results. */
export interface MessageError {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string | null;
}

export function messageError(type: string, message: string, requestId: string | null): MessageError {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

export function errorTypeOf(status: number): string {
  return TYPES.get(status) ?? (status >= FIRST_SERVER_ERROR ? 'api_error' : 'invalid_request_error');
}

/** The error of an answer with that status, whose body is in its vendor's own words, or in those of the Messages API. */
export function toMessageError(statusCode: number, requestId: string | null, body: Buffer): MessageError {
  const said = parsed(body);
  if (isMessageError(said)) return said;
  return messageError(errorTypeOf(statusCode), reasonIn(said) ?? NO_REASON, requestId);
}

function isMessageError(said: unknown): said is MessageError {
  return isFields(said) && said['type'] === 'error' && isFields(said['error']);
}

function reasonIn(said: unknown): string | null {
  if (typeof said === 'string') return said === '' ? null : said;
  if (Array.isArray(said)) return faultsIn(said) ?? null;
  if (!isFields(said)) return null;
  return reasonIn(said['error']) ?? reasonIn(said['message']) ?? reasonIn(said['detail']);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
