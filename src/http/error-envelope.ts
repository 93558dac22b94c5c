import { ValidationFailedError, type ErrorCode, type ErrorExtras, type MeshbatchError } from './meshbatch-error';

/** The body of every answer that is not a success. */
export interface ErrorEnvelope {
  readonly error: { code: ErrorCode; message: string } & ErrorExtras;
  readonly detail?: unknown;
  readonly request_id: string;
}

export function toEnvelope(error: MeshbatchError, requestId: string): ErrorEnvelope {
  return {
    error: { code: error.code, message: error.message, ...error.extras },
    ...(error instanceof ValidationFailedError && { detail: error.faults }),
    request_id: requestId,
  };
}
