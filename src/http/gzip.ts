import type { ServerResponse } from 'node:http';
import Negotiator from 'negotiator';

/**
 * Marks an answer that is about to be sent as compressed when its caller prefers that; false when it is to be sent as it is,
 * as where the host compresses answers itself and has said so.
 */
export function markGzip(answer: ServerResponse): boolean {
  if (answer.hasHeader('Content-Encoding')) return false;
  answer.appendHeader('Vary', 'Accept-Encoding');
  if (new Negotiator(answer.req).encoding(['gzip', 'identity']) !== 'gzip') return false;
  answer.setHeader('Content-Encoding', 'gzip');
  // Length and ranges are those of the bytes before.
  answer.removeHeader('Content-Length');
  answer.removeHeader('Accept-Ranges');
  return true;
}
