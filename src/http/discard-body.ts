import type { IncomingMessage } from 'node:http';

const MAX_DISCARDED_BYTES = 4 * 1024 * 1024;

/**
 * Reads and discards what is left of a body that was refused early, so that the client sees the answer and not a
 * connection reset; gives up, closing the connection, after a few MB.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.on('error', () => request.destroy());
  request.resume();
}
