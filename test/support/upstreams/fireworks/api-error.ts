import { newId } from '../kit/ids';
import { Refusal, type Answer } from '../kit/types';

/** gRPC codes that the control plane answers with, and their HTTP status. */
const CODES = {
  INVALID_ARGUMENT: [3, 400],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  FAILED_PRECONDITION: [9, 400],
} as const;

/** A refusal of the control plane, which is a gRPC status. */
export class ApiError extends Refusal {
  constructor(
    readonly code: keyof typeof CODES,
    message: string,
  ) {
    super(message);
  }

  toAnswer(): Answer {
    const [code, status] = CODES[this.code];
    return { status, body: { code, message: this.message, details: [] } };
  }
}

/** A refusal of what stands before the control plane or beside it, in whatever form. */
export class FrontError extends Refusal {
  constructor(
    private readonly status: number,
    private readonly body: Buffer | object,
  ) {
    super(`Refused with ${status}`);
  }

  toAnswer(): Answer {
    return { status: this.status, body: this.body };
  }
}

/** What a bad key gets: a 403, and unlike other refusals an error in OpenAI's shape. */
export function badKey(): FrontError {
  const error = {
    message: 'The API key you provided is invalid.',
    param: null,
    code: 'UNAUTHORIZED',
    type: 'error',
  };
  return new FrontError(403, { error, request_id: newId('', 32) });
}

/** What the vendor says with a status when a fault gives no words. */
export function faultBody(status: number): object {
  return { code: status === 404 ? 5 : 2, message: 'Simulated.', details: [] };
}
