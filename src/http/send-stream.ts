import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { resume } from '../common/resume';
import { cutWhenStalled } from './cut-when-stalled';
import { markGzip } from './gzip';
import { takeOver, type PlatformResponse } from './platform';
import { hasItsTurn } from './when-closed';

/** Large chunks, since each is a trip to another thread; the fastest level, since JSON shrinks well at any. */
const GZIP = { level: 1, chunkSize: 128 * 1024 };

/** Who takes nothing of what is there for so long keeps others from their turn. */
const STALLED_MS = 60_000;

export interface SendStreamOptions {
  /** Whether the answer may be compressed for a caller that prefers it. */
  readonly compressible?: boolean;
  /** How long a client may take nothing before its connection is cut; a minute. */
  readonly stalledMs?: number;
}

/**
 * Sends `source` as the rest of an answer whose status and headers are set. An error before the first byte is thrown, so
 * that it can still become an error answer; a later one destroys the connection. A client that went away is no error.
 */
export async function sendStream(
  response: PlatformResponse,
  source: AsyncIterable<Uint8Array>,
  { compressible = false, stalledMs = STALLED_MS }: SendStreamOptions = {},
): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const answer = takeOver(response);
  // A request that was broken off meanwhile has its answer.
  const isAnswered = answer.headersSent;
  const gzip = compressible && !isAnswered && markGzip(answer);
  // A pipeline to an answer that has no connection yet would never hear of its end.
  if (isAnswered || answer.req.method === 'HEAD' || !(await hasItsTurn(answer)) || answer.headersSent) {
    await chunks.return?.();
    answer.end();
    return;
  }
  cutWhenStalled(answer, stalledMs);
  const bytes = Readable.from(resume(first, chunks), { objectMode: false });
  await (gzip ? pipeline(bytes, createGzip(GZIP), answer) : pipeline(bytes, answer)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
