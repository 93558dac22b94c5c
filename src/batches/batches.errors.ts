import { MeshbatchError } from '../http/meshbatch-error';

/** 409: what runs is cancelled before it can be deleted. */
export class BatchNotEndedError extends MeshbatchError {
  override readonly name = 'BatchNotEndedError';

  constructor() {
    super('conflict', 'The batch has not ended: cancel it, and delete it once it has ended.');
  }
}
