import { isObject, parseJson } from '../kit/json';
import { Refusal, type Answer } from '../kit/types';

/** An error as the vendor words it; thrown by a handler, it becomes the answer. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    message: string,
    readonly param: string | null = null,
    readonly code: string | null = null,
    readonly type = 'invalid_request_error',
  ) {
    super(message);
  }

  /** `{error: {message, type, param, code}}` with its status. */
  toAnswer(): Answer {
    return { status: this.status, body: errorBody(this.message, this.type, this.param, this.code) };
  }
}

/** The vendor's error envelope. */
export function errorBody(message: string, type: string, param: string | null, code: string | null): object {
  return { error: { message, type, param, code } };
}

const BY_STATUS: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
  400: ['Invalid request (simulated).', 'invalid_request_error', 'invalid_value'],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  404: ['The resource does not exist (simulated).', 'invalid_request_error', null],
  429: ['Rate limit reached for requests (simulated).', 'requests', 'rate_limit_exceeded'],
};

/** The body the vendor sends with a status when nothing more is known. */
export function defaultErrorBody(status: number): object {
  const [message, type, code] = BY_STATUS[status] ?? [
    'The server had an error while processing your request (simulated).',
    'server_error',
    null,
  ];
  return errorBody(message, type, null, code);
}

/** The message in the JSON text of an error envelope; empty when it has none. */
export function messageIn(body: string): string {
  const json = parseJson(Buffer.from(body));
  const error = isObject(json) ? json['error'] : undefined;
  return isObject(error) && typeof error['message'] === 'string' ? error['message'] : '';
}
