import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../common/clock';
import type { Ids } from '../common/ids';
import { BASELINE_VERSION } from './api-version';
import { closeWithin } from './close-within';
import { toEnvelope } from './error-envelope';
import { ERROR_STATUS } from './error-status';
import { MeshbatchError } from './meshbatch-error';
import type { RequestIds } from './request-id';
import { sendJson } from './send-json';

/** How long a refused client may go on sending: closed at once, it would see a reset in place of the answer. */
const LINGER_MS = 1_000;

interface Tools {
  readonly requestIds: RequestIds;
  readonly ids: Ids;
  readonly clock: Clock;
}

/**
 * Answers what Node's parser refuses, before any route is found, in the envelope, and closes the connection. An answer that
 * would be taken for that of another request, or that would follow the start of one, is not sent. For a server of our own.
 */
export function answerClientErrors(server: Server, tools: Tools): void {
  const open = new WeakMap<Socket, Set<ServerResponse>>();
  const refused = new WeakSet<Socket>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const answers = open.get(socket) ?? new Set();
    open.set(socket, answers.add(response));
    response.once('close', () => answers.delete(response));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Every further piece of a broken request is one more error.
    if (refused.has(socket)) return;
    refused.add(socket);
    const refusal = refusalOf(error.code ?? '');
    const [answer, ...others] = open.get(socket) ?? [];
    // An earlier request is still being answered, and its client would take this for its answer.
    const isOthers = others.length > 0 || answer?.req.complete || answer?.headersSent;
    if (!refusal || !socket.writable || isOthers) socket.destroy();
    else if (answer) refuseBody(answer, refusal, tools);
    else refuseHead(socket, refusal, tools);
  });
}

/** Null for what is no fault of the request, such as a connection that was reset. */
function refusalOf(code: string): MeshbatchError | null {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new MeshbatchError('headers_too_large', 'The headers of the request are too large.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new MeshbatchError('request_timeout', 'The headers of the request did not arrive in time.');
  }
  return code.startsWith('HPE_')
    ? new MeshbatchError('invalid_request', 'This is not a valid HTTP/1.1 request.')
    : null;
}

/** The request has its answer, whose handler still waits for the body that broke. */
function refuseBody(answer: ServerResponse, error: MeshbatchError, { requestIds }: Tools): void {
  // Node tells a request of the end of its connection only until it is answered.
  answer.req.socket.once('close', () => answer.req.destroy());
  answer.setHeader('Connection', 'close');
  sendJson(answer, toEnvelope(error, requestIds.of(answer.req, answer)), ERROR_STATUS[error.code]);
}

/** There is no request yet that could have an answer of Node's. */
function refuseHead(socket: Socket, error: MeshbatchError, { ids, clock }: Tools): void {
  const requestId = ids.next('req');
  const body = JSON.stringify(toEnvelope(error, requestId));
  const status = ERROR_STATUS[error.code];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    `X-Mesh-Version: ${BASELINE_VERSION}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  void closeWithin(LINGER_MS, socket, clock);
}
