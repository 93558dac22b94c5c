import { MeshbatchError } from '../http/meshbatch-error';

export class UnauthorizedError extends MeshbatchError {
  override readonly name = 'UnauthorizedError';

  constructor() {
    super('unauthorized', 'Invalid or missing API key.');
  }
}

export class ForbiddenError extends MeshbatchError {
  override readonly name = 'ForbiddenError';

  constructor(message: string) {
    super('forbidden', message);
  }
}
