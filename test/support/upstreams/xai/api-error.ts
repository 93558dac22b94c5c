import { Refusal, type Answer } from '../kit/types';

const CODES: Readonly<Record<number, string>> = {
  400: 'Client specified an invalid argument',
  401: 'unauthenticated:no-credentials',
  403: 'permission-denied',
  404: 'not-found',
  412: 'The system is not in a state required for the operation',
  429: 'Some resource has been exhausted',
};

/** A refusal as the vendor words it: a code and a text, side by side. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  toAnswer(): Answer {
    return { status: this.status, body: errorBody(this.status, this.message) };
  }
}

export function errorBody(status: number, error = 'Simulated.'): object {
  return { code: CODES[status] ?? 'internal-error', error };
}
