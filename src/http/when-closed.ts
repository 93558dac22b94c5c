import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What waits for the end of a connection. One listener each: Node warns of more than ten, and a client may pipeline any number of requests. */
const waitingFor = new WeakMap<Socket, Set<() => void>>();

/** Whether an answer is out, or never will be. */
export function isClosed(answer: ServerResponse): boolean {
  return answer.destroyed || answer.req.socket.destroyed;
}

/**
 * Calls `then` once, when an answer is out or its connection has ended, at once when that is so already. Node tells an answer nothing of the
 * end of its connection while it waits there for the one before it.
 */
export function whenClosed(answer: ServerResponse, then: () => void): void {
  if (isClosed(answer)) return then();
  const waiting = endOf(answer.req.socket);
  const closed = () => {
    answer.off('close', closed);
    waiting.delete(closed);
    then();
  };
  waiting.add(closed);
  answer.once('close', closed);
}

/** Resolves to true once the answers before this one on its connection are out, to false when that has ended. */
export function hasItsTurn(answer: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    if (answer.socket) return resolve(!isClosed(answer));
    answer.once('socket', () => resolve(true));
    whenClosed(answer, () => resolve(false));
  });
}

function endOf(socket: Socket): Set<() => void> {
  const known = waitingFor.get(socket);
  if (known) return known;
  const waiting = new Set<() => void>();
  waitingFor.set(socket, waiting);
  socket.once('close', () => {
    for (const closed of [...waiting]) closed();
  });
  return waiting;
}
