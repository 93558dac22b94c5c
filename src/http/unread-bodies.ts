import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../common/clock';
import { closeWithin } from './close-within';

const REST_MS = 30_000;

/**
 * Gives what is left of a body, once its answer is out, 30 seconds to arrive: on a server without Node's limit on the time
 * of a request, a trickle that nobody reads would otherwise keep its connection for ever.
 */
export function limitUnreadBodies(server: Server, clock: Clock): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.once('finish', () => {
      if (!request.complete) void closeWithin(REST_MS, request.socket, clock, request);
    });
  });
}
