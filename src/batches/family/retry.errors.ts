import { MeshbatchError } from '../../http/meshbatch-error';

/** 409: one batch of the family has not ended. */
export class FamilyActiveError extends MeshbatchError {
  override readonly name = 'FamilyActiveError';

  constructor(batchId: string) {
    const message = `The batch ${batchId} has not ended; what failed can be retried once it has.`;
    super('conflict', message, { details: { batch_id: batchId } });
  }
}

/** 409: while this retry was being made another one was, and has ended already. */
export class FamilyGrewError extends MeshbatchError {
  override readonly name = 'FamilyGrewError';

  constructor(batchId: string) {
    const message = `The batch ${batchId} has retried requests of this one meanwhile; look at its results first.`;
    super('conflict', message, { details: { batch_id: batchId } });
  }
}

/** 409: what the requests are in was deleted by its owner. */
export class InputDeletedError extends MeshbatchError {
  override readonly name = 'InputDeletedError';

  constructor(batchId: string) {
    super('conflict', `The input file of the batch ${batchId} was deleted, so that nothing of it can run again.`);
  }
}

/** 409: the family has as many retries as it may. */
export class TooManyRetriesError extends MeshbatchError {
  override readonly name = 'TooManyRetriesError';

  constructor(limit: number) {
    super('conflict', `A batch may be retried ${limit} times.`, { details: { limit, unit: 'retries' } });
  }
}

/** How the requests of a family stand to a retry, by their latest outcomes. */
export interface RetryCounts {
  readonly total: number;
  readonly succeeded: number;
  /** May have run, and nobody asked for them. */
  readonly unconfirmed: number;
  /** Failed with a code that was not asked for. */
  readonly other_codes: number;
}

/** 409: no request is left that could be retried so. */
export class NothingToRetryError extends MeshbatchError {
  override readonly name = 'NothingToRetryError';

  constructor(counts: RetryCounts) {
    super('nothing_to_retry', 'No request is left to be retried.', { details: counts });
  }
}
