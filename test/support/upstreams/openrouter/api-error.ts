import { Refusal, type Answer } from '../kit/types';

/** An error as the vendor words it; thrown by a handler, it becomes the answer. */
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

/** The vendor's error envelope, in which the code is the status. */
export function errorBody(code: number, message = 'Simulated.'): object {
  return { error: { code, message } };
}
