/** The code that a job has when the account has no room for it. */
export const RESOURCE_EXHAUSTED = 'RESOURCE_EXHAUSTED';

/** The HTTP status of each of the vendor's codes, which are gRPC's. Source: `google/rpc/code.proto`. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['CANCELLED', 499],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['UNAUTHENTICATED', 401],
  [RESOURCE_EXHAUSTED, 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['UNAVAILABLE', 503],
]);
const HTTP_FAILURE = /^[45]\d\d$/;
const UNKNOWN_ERROR = 500;

/** The status for an item's code: itself where it is an HTTP status, 500 where we do not know it. */
export function statusOf(code: string): number {
  return HTTP_FAILURE.test(code) ? Number(code) : (STATUSES.get(code) ?? UNKNOWN_ERROR);
}
