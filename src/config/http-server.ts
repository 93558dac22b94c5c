import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { answerClientErrors } from '../http/client-errors';
import { holdContinue } from '../http/expect-continue';
import { RequestIds } from '../http/request-id';
import type { Env } from './env';
import { limitUnreadBodies } from '../http/unread-bodies';

const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 60_000;

/** What the service wants of Node's server; a host's own server is never touched. */
export function setUpServer(app: INestApplication<Server>, { MAX_CONNECTIONS }: Pick<Env, 'MAX_CONNECTIONS'>): void {
  const server = app.getHttpServer();
  const clock = app.get(Clock);
  // Further ones are closed at once: a client that has a proxy in front of us never sees it.
  server.maxConnections = MAX_CONNECTIONS;
  holdContinue(server);
  limitUnreadBodies(server, clock);
  answerClientErrors(server, { requestIds: app.get(RequestIds), ids: app.get(Ids), clock });
  // Longer than any proxy in front keeps an idle connection, so that it is never this side that closes one in use.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  // Node would cut a large body on a slow line; bodies are held to their pace instead.
  server.requestTimeout = 0;
}
