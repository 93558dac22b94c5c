import { MeshbatchError, type Fault } from '../http/meshbatch-error';

/** Characters of a caller's text that an error repeats. */
const MAX_SHOWN = 100;

export class PayloadTooLargeError extends MeshbatchError {
  override readonly name = 'PayloadTooLargeError';

  constructor(what: 'bytes' | 'requests', limit: number) {
    super('payload_too_large', `A batch may have at most ${limit} ${what}.`, { details: { limit, unit: what } });
  }
}

export class UnsupportedMediaTypeError extends MeshbatchError {
  override readonly name = 'UnsupportedMediaTypeError';

  constructor() {
    super('unsupported_media_type', 'The Content-Type must be application/json or application/x-ndjson.');
  }
}

export class MixedModelsError extends MeshbatchError {
  override readonly name = 'MixedModelsError';

  constructor(first: { model: string }, other: { model: string; index: number }) {
    super('mixed_models', `All requests must use one model; found ${short(first.model)} and ${short(other.model)}.`, {
      details: [
        { model: short(first.model), loc: ['body', 'requests', 0, 'body', 'model'] },
        { model: short(other.model), loc: ['body', 'requests', other.index, 'body', 'model'] },
      ],
    });
  }
}

function short(model: string): string {
  return model.length > MAX_SHOWN ? `${model.slice(0, MAX_SHOWN)}…` : model;
}

export class TooFewRequestsError extends MeshbatchError {
  override readonly name = 'TooFewRequestsError';

  constructor(minimum: number) {
    super('too_few_requests', `The provider takes batches of at least ${minimum} requests.`, { details: { minimum } });
  }
}

export class RequestTooLargeError extends MeshbatchError {
  override readonly name = 'RequestTooLargeError';

  constructor(index: number, limit: number) {
    super('request_too_large', `requests[${index}] is larger than the ${limit} bytes that one request may have.`, {
      details: { loc: ['body', 'requests', index], limit },
    });
  }
}

/** The client went away, or sent less than it announced. */
export class IncompleteBodyError extends MeshbatchError {
  override readonly name = 'IncompleteBodyError';

  constructor() {
    super('invalid_request', 'The request body ended early.');
  }
}

export class UnsupportedParameterError extends MeshbatchError {
  override readonly name = 'UnsupportedParameterError';

  /** @param more how many fields there are beside those that are listed */
  constructor({ listed, more }: { listed: readonly Fault[]; more: number }) {
    const extras = { details: listed, ...(more > 0 && { more }) };
    super('unsupported_parameter', 'The provider cannot honour every field.', extras);
  }
}
