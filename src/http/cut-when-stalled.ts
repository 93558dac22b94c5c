import type { ServerResponse } from 'node:http';

/**
 * Cuts the connection of a client that takes nothing of what is there for so long. By the socket's own timer, which alone sees a large
 * write go out piece by piece.
 */
export function cutWhenStalled(answer: ServerResponse, stalledMs: number): void {
  const { socket } = answer;
  if (!socket) return;
  const before = socket.timeout ?? 0;
  // A host's own limit may be longer, and ends what is silent whoever is to blame.
  const limitMs = Math.max(stalledMs, before);
  answer.setTimeout(limitMs, () => {
    // Where nothing waits to be taken it is the source that is slow.
    if (socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(limitMs);
  });
  // Before Node's own listener, which then sets how long the connection may be idle.
  answer.prependOnceListener('finish', () => socket.setTimeout(before));
}
