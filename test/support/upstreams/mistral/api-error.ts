import { Refusal, type Answer } from '../kit/types';

/** What a check of a field says against it. */
export interface Complaint {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

/** A refusal in one of the vendor's several ways to word one; thrown by a handler, it becomes the answer. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {
    super(JSON.stringify(body));
  }

  toAnswer(): Answer {
    return { status: this.status, body: this.body };
  }
}

/** `{detail: text}`, of the Files and Batch APIs. */
export function detailed(status: number, detail: string): ApiError {
  return new ApiError(status, { detail });
}

/** `{detail: [complaint]}`, of a request that has the wrong form. */
export function malformed(...detail: readonly Complaint[]): ApiError {
  return new ApiError(422, { detail });
}

/** The error object of the models' API, in answers and in rows. */
export function errorObject(status: number, message: string, type: string, code: string | null): object {
  return { object: 'error', message, type, param: null, code, raw_status_code: status };
}

/** What the vendor says with a status when a fault gives no words. */
export function faultBody(status: number): object {
  if (status === 401) return { detail: 'Invalid API Key' };
  if (status === 404) return { detail: 'Not Found' };
  if (status === 429) return errorObject(429, 'Rate limit exceeded', 'rate_limited', '1300');
  return errorObject(status, 'Service unavailable.', 'internal_server_error', '3000');
}
