import { MeshbatchError } from '../http/meshbatch-error';

export class UnauthorizedError extends MeshbatchError {
  override readonly name = 'UnauthorizedError';

  constructor() {
    super('unauthorized', 'Invalid or missing API key.');
  }
}

/** Its network tried too many wrong keys. */
export class TooManyWrongKeysError extends MeshbatchError {
  override readonly name = 'TooManyWrongKeysError';

  constructor(retryAfterSeconds: number) {
    const message = 'Too many wrong API keys came from this address.';
    super('rate_limit_exceeded', message, { retry_after_seconds: retryAfterSeconds });
  }
}

export class ForbiddenError extends MeshbatchError {
  override readonly name = 'ForbiddenError';

  constructor(message: string) {
    super('forbidden', message);
  }
}
