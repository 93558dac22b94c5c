import { MeshbatchError, type Fault } from '../http/meshbatch-error';
import type { BodyLimits } from './body-limits';

/** Characters of a caller's text that an error repeats. */
const MAX_SHOWN = 100;
const RETRY_AFTER_SECONDS = 30;
/** What overloads a process passes soon: creates take milliseconds. */
const OVERLOAD_RETRY_SECONDS = 1;
/** Room comes as somebody makes it. */
const STORAGE_RETRY_SECONDS = 60;

export class PayloadTooLargeError extends MeshbatchError {
  override readonly name = 'PayloadTooLargeError';

  constructor(what: 'bytes' | 'requests', limit: number) {
    super('payload_too_large', `A batch may have at most ${limit} ${what}.`, { details: { limit, unit: what } });
  }
}

export class UnsupportedMediaTypeError extends MeshbatchError {
  override readonly name = 'UnsupportedMediaTypeError';

  constructor(types = 'application/json or application/x-ndjson') {
    super('unsupported_media_type', `The Content-Type must be ${types}.`);
  }
}

export class UnsupportedEncodingError extends MeshbatchError {
  override readonly name = 'UnsupportedEncodingError';

  constructor() {
    super('unsupported_media_type', 'The Content-Encoding must be gzip, or none.');
  }
}

/** 400: the body said that it is gzip. */
export class InvalidGzipError extends MeshbatchError {
  override readonly name = 'InvalidGzipError';

  /** @param what the gzip body does, such as `ends early` */
  constructor(what: string) {
    super('invalid_request', `The gzip body ${what}.`);
  }
}

export class CompressionRatioError extends MeshbatchError {
  override readonly name = 'CompressionRatioError';

  constructor(limit: number) {
    super('payload_too_large', `A gzip body may decode to at most ${limit} times its size.`, {
      details: { limit, unit: 'decoded bytes per encoded byte' },
    });
  }
}

export class MixedModelsError extends MeshbatchError {
  override readonly name = 'MixedModelsError';

  /** @param nestedKey the member of an item that names its model */
  constructor(first: { model: string }, other: { model: string; index: number }, nestedKey: string) {
    super('mixed_models', `All requests must use one model; found ${short(first.model)} and ${short(other.model)}.`, {
      details: [
        { model: short(first.model), loc: ['body', 'requests', 0, nestedKey, 'model'] },
        { model: short(other.model), loc: ['body', 'requests', other.index, nestedKey, 'model'] },
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

  constructor(index: number, limit: number, unit: 'bytes' | 'inputs' = 'bytes') {
    super('request_too_large', `requests[${index}] is larger than the ${limit} ${unit} that one request may have.`, {
      details: { loc: ['body', 'requests', index], limit, unit },
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

export class BodyTooSlowError extends MeshbatchError {
  override readonly name = 'BodyTooSlowError';

  constructor({ bodyIdleMs, bodyMinBytesPerSecond }: Pick<BodyLimits, 'bodyIdleMs' | 'bodyMinBytesPerSecond'>) {
    super('request_timeout', 'The request body came too slowly.', {
      details: { idle_ms: bodyIdleMs, min_bytes_per_second: bodyMinBytesPerSecond },
    });
  }
}

/** 503 before the body is read, so nothing can be stored by it and a client may retry at will. */
export class TooManyBodiesError extends MeshbatchError {
  override readonly name = 'TooManyBodiesError';

  constructor() {
    super('service_unavailable', 'Too many request bodies wait to be read.', {
      retry_after_seconds: RETRY_AFTER_SECONDS,
    });
  }
}

/** 503 before the body is read and before anything else was done for it. */
export class OverloadedError extends MeshbatchError {
  override readonly name = 'OverloadedError';

  constructor() {
    super('service_unavailable', 'Too many batches are being created.', {
      retry_after_seconds: OVERLOAD_RETRY_SECONDS,
    });
  }
}

/** 507: nothing of the batch is kept. */
export class InsufficientStorageError extends MeshbatchError {
  override readonly name = 'InsufficientStorageError';

  constructor(options?: ErrorOptions) {
    const extras = { retry_after_seconds: STORAGE_RETRY_SECONDS };
    super('insufficient_storage', 'There is no room to store another batch.', extras, options);
  }
}
