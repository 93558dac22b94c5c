import { newId } from '../kit/ids';
import { Refusal, type Answer } from '../kit/types';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** An error as the vendor words it; thrown by a handler, it becomes the answer. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  toAnswer(): Answer {
    return { status: this.status, body: errorAnswer(TYPES[this.status] ?? 'api_error', this.message) };
  }
}

/** The vendor's error envelope, in answers and, whole, in rows. */
export function errorAnswer(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: newId('req_', 24) };
}

/** What the vendor says with a status when a fault gives no words. */
export function faultBody(status: number): object {
  return errorAnswer(TYPES[status] ?? 'api_error', 'Simulated.');
}
