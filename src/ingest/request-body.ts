import type { IncomingMessage, ServerResponse } from 'node:http';
import { goAhead } from '../http/expect-continue';
import { IncompleteBodyError, PayloadTooLargeError, UnsupportedMediaTypeError } from './ingest.errors';

const BODY_ALREADY_READ =
  'Something of the host’s read the body of a request to Meshbatch before its route was reached: create the application ' +
  'with NestFactory, so that Meshbatch can keep body parsers off its routes, or leave these routes out of your parser';

/** Refuses by the headers alone what need not be read: 415 for the encoding, then 413. */
export function checkBodyHeaders(request: IncomingMessage, maxBodyBytes: number): void {
  if (request.headers['content-encoding'] !== undefined) throw new UnsupportedMediaTypeError();
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
    throw new PayloadTooLargeError('bytes', maxBodyBytes);
}

/** The raw body; tells a client that waits for `100 Continue` to go ahead only now, when its headers have passed. */
export async function* readBody(request: IncomingMessage, response: ServerResponse): AsyncGenerator<Buffer> {
  if (request.readableEnded) throw new Error(BODY_ALREADY_READ);
  goAhead(request, response);
  try {
    // Left open on an early refusal: the answer still has to go out over the same connection.
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (request.errored || request.aborted) throw new IncompleteBodyError();
    throw error;
  }
}
