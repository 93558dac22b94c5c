import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const HELD = Symbol('meshbatch:continue-held');

type HeldRequest = IncomingMessage & { [HELD]?: true };

/** Keeps Node from answering `Expect: 100-continue` by itself, so that a refusal comes before the body is sent. */
export function holdContinue(server: Server): void {
  server.on('checkContinue', (request: HeldRequest, response: ServerResponse) => {
    request[HELD] = true;
    server.emit('request', request, response);
  });
}

/** Tells a client that waits to send its body. */
export function goAhead(request: HeldRequest, response: ServerResponse): void {
  if (request[HELD]) response.writeContinue();
}
