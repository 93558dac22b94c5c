import { Refusal, type Answer } from '../kit/types';

const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** An error as the vendor words it; thrown by a handler, it becomes the answer. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    message: string,
    private readonly details?: readonly object[],
  ) {
    super(message);
  }

  toAnswer(): Answer {
    return { status: this.status, body: errorBody(this.status, this.message, this.details) };
  }
}

export function invalidKey(): ApiError {
  const reason = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' };
  return new ApiError(400, 'API key not valid. Please pass a valid API key.', [reason]);
}

/** The vendor masks whether a file exists. */
export function noFile(id: string): ApiError {
  return new ApiError(403, `You do not have permission to access the File ${id} or it may not exist.`);
}

/** What the vendor says with a status when a fault gives no words. */
export function errorBody(status: number, message = 'Simulated.', details?: readonly object[]): object {
  return { error: { code: status, message, status: NAMES[status] ?? 'UNKNOWN', ...(details && { details }) } };
}
