import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { takeOver, type PlatformResponse } from './platform';

/**
 * Sends `source` as the rest of an answer whose status and headers are set. An error before the first byte is thrown, so
 * that it can still become an error answer; a later one destroys the connection. A client that went away is no error.
 */
export async function sendStream(response: PlatformResponse, source: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  await pipeline(Readable.from(resume(first, chunks), { objectMode: false }), takeOver(response)).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    },
  );
}

async function* resume(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
