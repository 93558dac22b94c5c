import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../common/clock';

/** Gives a connection `ms` milliseconds to close, or what is left of `request` on it to arrive, then destroys it. */
export async function closeWithin(ms: number, socket: Socket, clock: Clock, request?: IncomingMessage): Promise<void> {
  const done = new AbortController();
  const stop = () => done.abort();
  socket.once('close', stop);
  request?.once('close', stop);
  await clock.sleep(ms, done.signal);
  socket.off('close', stop);
  if (!request?.complete) socket.destroy();
}
