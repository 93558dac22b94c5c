import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock, settled } from '../../test/support/manual-clock';
import { RawConnection, type RawAnswer } from '../../test/support/service/raw-connection';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { answerClientErrors } from './client-errors';
import { holdContinue } from './expect-continue';
import { RequestIds } from './request-id';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const answerOk: Handler = (_, response) => response.setHeader('Content-Length', 2).end('ok');

describe('answers to what the parser refuses', () => {
  const clock = new ManualClock();
  const ids = new Ids(clock, new SystemRandom());
  const requestIds = new RequestIds(ids);
  let server: Server;
  let connection: RawConnection;
  let handle: Handler;

  beforeEach(async () => {
    handle = answerOk;
    server = createServer({ connectionsCheckingInterval: 20, requestTimeout: 0 });
    server.on('request', (request, response) => {
      requestIds.of(request, response);
      handle(request, response);
    });
    holdContinue(server);
    answerClientErrors(server, { requestIds, ids, clock });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    connection.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await settled();
    await settled();
    expect(clock.sleeping).toBe(0);
  });

  function expectRefusal(answer: RawAnswer, status: number, code: string): void {
    const { error, request_id: requestId } = JSON.parse(answer.body) as { error: { code: string }; request_id: string };
    expect([answer.status, error.code]).toEqual([status, code]);
    expect(answer.head).toMatch(new RegExp(`\r\nx-request-id: ${requestId}\r\n`, 'i'));
    expect(answer.head).toMatch(/\r\ncontent-type: application\/json; charset=utf-8\r\n/i);
    expect(answer.head).toMatch(/\r\nconnection: close\r\n/i);
  }

  it.each([
    ['no request at all', 'What is this?\r\n\r\n'],
    ['another protocol', 'GET / SPDY/3\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a length and chunks', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ])('400 for %s', async (_, bytes) => {
    connection.write(bytes);
    expectRefusal(await connection.answer(), 400, 'invalid_request');
    await connection.ended();
  });

  it('431 for headers that are too large, though much more of them was to come', async () => {
    connection.head('GET /', ...Array.from({ length: 100 }, (_, index) => `X-${index}: ${'x'.repeat(10_000)}`));
    expectRefusal(await connection.answer(), 431, 'headers_too_large');
  });

  it('408 for headers that do not end', async () => {
    server.headersTimeout = 50;
    connection.write('GET / HTTP/1.1\r\nHost:');
    expectRefusal(await connection.answer(), 408, 'request_timeout');
  });

  it('closes what the client leaves open', async () => {
    connection.write('x\r\n\r\n');
    await connection.answer();
    await clock.forward(1000);
    await connection.ended();
    expect(clock.sleeping).toBe(0);
  });

  it('refuses on a connection that was good before', async () => {
    for (let time = 0; time < 2; time++) {
      connection.head('GET /');
      expect((await connection.answer()).body).toBe('ok');
    }
    connection.write('x\r\n\r\n');
    expectRefusal(await connection.answer(), 400, 'invalid_request');
  });

  it('400 for a body whose chunks are broken, under the id of its request, and the handler is told', async () => {
    const told = new Promise((resolve) => {
      handle = (request) => request.on('aborted', () => resolve('told')).resume();
    });
    connection.head('POST /', 'X-Request-Id: mine', 'Transfer-Encoding: chunked');
    connection.write('5\r\nhello\r\nnonsense\r\n');
    const answer = await connection.answer();
    expectRefusal(answer, 400, 'invalid_request');
    expect(JSON.parse(answer.body)).toMatchObject({ request_id: 'mine' });
    expect(await told).toBe('told');
    await connection.ended();
  });

  it('400 for a body that the client ends early, keeping its side open for the answer', async () => {
    handle = (request) => request.on('error', () => undefined).resume();
    connection.head('POST /', 'Content-Length: 10');
    connection.write('hello');
    connection.halfClose();
    expectRefusal(await connection.answer(), 400, 'invalid_request');
  });

  it.each([
    ['an answer that has begun', (response: ServerResponse) => void response.writeHead(200).write('begun')],
    ['a request that waits for its answer', () => undefined],
  ])('adds nothing to %s', async (_, begin) => {
    const handled = new Promise<void>((resolve) => {
      handle = (_request, response) => resolve(begin(response));
    });
    connection.head('GET /');
    await handled;
    connection.write('x\r\n\r\n');
    expect(await connection.ended()).not.toContain('invalid_request');
  });

  it('does not give the refusal of a pipelined request to the one before it', async () => {
    handle = () => undefined;
    connection.write('GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
    expect(await connection.ended()).toBe('');
  });

  it('survives clients that reset', async () => {
    connection.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx');
    connection.reset();
    const next = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    next.head('GET /');
    expect((await next.answer()).body).toBe('ok');
    next.close();
  });
});
