import type { S3StoreOptions } from './s3-store-options';

/** What the SDK throws, as far as it is looked at: an answer of the server's has a status, a failed call has none. */
interface S3Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** No object under that key. Not a missing bucket, which a GET tells apart; a HEAD has no words for it. */
export function isMissing(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes((error as S3Failure).name ?? '');
}

/** No upload of that id: it was completed or aborted. */
export function isMissingUpload(error: unknown): boolean {
  return (error as S3Failure).name === 'NoSuchUpload';
}

/** A range that begins at or after the end of the object. */
export function isBeyondEnd(error: unknown): boolean {
  return (error as S3Failure).$metadata?.httpStatusCode === 416;
}

/** The bucket cannot be used as it is configured; the message says why, for an operator. */
export class BlobStoreUnreachableError extends Error {
  override readonly name = 'BlobStoreUnreachableError';

  constructor({ bucket, endpoint }: S3StoreOptions, cause: unknown) {
    super(`The S3 bucket ${bucket} at ${placeOf(endpoint)} cannot be used: ${reasonOf(cause as S3Failure)}`, { cause });
  }
}

function placeOf(endpoint: string | undefined): string {
  if (endpoint === undefined) return 'Amazon';
  return URL.canParse(endpoint) ? new URL(endpoint).origin : 'its endpoint';
}

function reasonOf({ name, message, code, $metadata }: S3Failure): string {
  const status = $metadata?.httpStatusCode;
  const said = [name, message || code].filter(Boolean).join(': ').replace(/\.$/, '');
  const advice = status !== undefined && ADVICE.get(status);
  return [status === undefined ? said : `it answered ${status}, ${said}`, ...(advice ? [advice] : [])].join('. ');
}

const ADVICE = new Map([
  [403, 'The credentials must be allowed to list the bucket and to get, put and delete its objects'],
  [404, 'The bucket must exist, and the endpoint be the one of the S3 API'],
]);
