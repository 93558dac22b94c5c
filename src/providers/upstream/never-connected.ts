import { errors } from 'undici';

/** Codes that only an attempt to connect ends with. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** Codes that an open connection may end with too, after the call was sent. */
const NO_ROUTE = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/** Whether a call failed before there was a connection, so that nothing of it arrived. */
export function neverConnected(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError) return true;
  const { code = '', syscall, cause } = Object(error) as NodeJS.ErrnoException;
  if (NO_CONNECTION.has(code)) return true;
  if (!NO_ROUTE.has(code)) return cause !== undefined && neverConnected(cause);
  // Where a name has several addresses, each try to connect has an error of its own.
  return error instanceof AggregateError ? error.errors.every(neverConnected) : syscall === 'connect';
}
