import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../common/clock';
import { goAhead } from '../http/expect-continue';
import type { BodyLimits } from './body-limits';
import type { Aside } from './create-load';
import { gunzip } from './gunzip';
import { IncompleteBodyError, PayloadTooLargeError, UnsupportedEncodingError } from './ingest.errors';
import { PacedReader } from './paced-reader';

const BODY_ALREADY_READ =
  'Something of the host’s read the body of a request to Meshbatch before its route was reached: create the application ' +
  'with NestFactory, so that Meshbatch can keep body parsers off its routes, or leave these routes out of your parser';
const GZIP = /^(x-)?gzip$/i;

/** Refuses by the headers alone what need not be read: 415 for the encoding, then 413. */
export function checkBodyHeaders(request: IncomingMessage, maxBodyBytes: number): void {
  if (request.headers['content-encoding'] !== undefined && !isGzip(request)) throw new UnsupportedEncodingError();
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
    throw new PayloadTooLargeError('bytes', maxBodyBytes);
}

export function isGzip(request: IncomingMessage): boolean {
  return GZIP.test(request.headers['content-encoding'] ?? '');
}

/** The body, decoded; tells a client that waits for `100 Continue` to go ahead only now, when its headers have passed. */
export async function* readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
  { clock, aside }: { clock: Clock; aside: Aside },
): AsyncGenerator<Buffer> {
  if (request.readableEnded) throw new Error(BODY_ALREADY_READ);
  goAhead(request, response);
  // Left open on an early refusal: the answer still has to go out over the same connection.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  // What a place is waited for is no time of the client's.
  const encoded = inPlace(new PacedReader(chunks, limits, clock).read(), aside);
  try {
    yield* isGzip(request) ? gunzip(encoded) : encoded;
  } catch (error) {
    if (request.errored || request.aborted) throw new IncompleteBodyError();
    throw error;
  }
}

/** Bytes that are waited for aside, and worked on in a place again. */
async function* inPlace(bytes: AsyncGenerator<Buffer>, aside: Aside): AsyncGenerator<Buffer> {
  try {
    for (let next = await aside(() => bytes.next()); !next.done; next = await aside(() => bytes.next()))
      yield next.value;
  } finally {
    await bytes.return(undefined);
  }
}
