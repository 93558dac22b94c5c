import type { StatusWire } from './gemini.wire';

/** Source: google/rpc/code.proto, which also names the HTTP status of each. */
const CODES: readonly (readonly [code: string, status: number])[] = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
];
const UNKNOWN_STATUS = 500;
const LEAST_HTTP_ERROR = 400;

/** An error's name and HTTP status. Its `code` is a gRPC code or, in some answers, already an HTTP status. */
export function readStatus({ code, status: word }: StatusWire): { readonly name: string; readonly status: number } {
  const number = code ?? -1;
  const named = CODES[number] ?? CODES.find(([name]) => name === word);
  const status = number >= LEAST_HTTP_ERROR && number < 600 ? number : (named?.[1] ?? UNKNOWN_STATUS);
  return { name: word || (named?.[0] ?? String(code ?? 'UNKNOWN')), status };
}
