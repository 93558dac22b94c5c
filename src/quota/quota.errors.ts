import { MeshbatchError } from '../http/meshbatch-error';

/** 429; carries no `Retry-After`, since clients would retry it by themselves for nothing. */
export class BatchLimitExceededError extends MeshbatchError {
  override readonly name = 'BatchLimitExceededError';

  constructor(readonly limit: number) {
    super('batch_limit_exceeded', `${limit} batch jobs are active; wait for one to end.`);
  }
}
