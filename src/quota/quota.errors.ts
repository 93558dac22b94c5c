import { MeshbatchError } from '../http/meshbatch-error';

/** 429; carries no `Retry-After`, since clients would retry it by themselves for nothing. */
export class BatchLimitExceededError extends MeshbatchError {
  override readonly name = 'BatchLimitExceededError';

  constructor(readonly limit: number) {
    super('batch_limit_exceeded', `${limit} batch jobs are active; wait for one to end.`);
  }
}

/** 429 without `Retry-After`, too: no wait makes room. */
export class StorageLimitExceededError extends MeshbatchError {
  override readonly name = 'StorageLimitExceededError';

  constructor(limit: number) {
    const message = `The batches of one owner may take ${limit} bytes, which are used up.`;
    super('storage_limit_exceeded', message, { details: { limit, unit: 'bytes' } });
  }
}
