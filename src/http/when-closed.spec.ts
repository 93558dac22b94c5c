import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RawConnection } from '../../test/support/service/raw-connection';
import { isClosed, whenClosed } from './when-closed';

describe('whenClosed', () => {
  let server: Server;
  let connection: RawConnection;
  let answers: ServerResponse[];
  /** The indexes of answers that were told, in order. */
  let told: number[];

  beforeEach(async () => {
    [answers, told] = [[], []];
    server = createServer((_, answer) => {
      const index = answers.push(answer) - 1;
      whenClosed(answer, () => told.push(index));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    connection.close();
    server.close();
  });

  async function ask(times: number): Promise<void> {
    for (let time = 0; time < times; time++) connection.head('GET /');
    while (answers.length < times) await once(server, 'request');
  }

  /** Resolves once the server has seen it go. */
  async function goAway(): Promise<void> {
    const ended = once(answers[0]!.req.socket, 'close');
    connection.close();
    await ended;
  }

  it('tells of an answer that is out, once', async () => {
    await ask(2);
    answers[0]!.setHeader('Content-Length', 2).end('ok');
    await connection.answer();
    expect(told).toEqual([0]);
    await goAway();
    expect(told).toEqual([0, 1]);
  });

  it('tells all answers of a connection that has ended, with one listener for as many as there are', async () => {
    await ask(20);
    const listeners = answers[0]!.req.socket.listenerCount('close');
    await ask(30);
    expect(answers[0]!.req.socket.listenerCount('close')).toBe(listeners);
    await goAway();
    expect(told.sort((a, b) => a - b)).toEqual([...answers.keys()]);
  });

  it('tells at once of one whose connection has ended before', async () => {
    await ask(2);
    await goAway();
    expect(answers.map(isClosed)).toEqual([true, true]);
    told = [];
    whenClosed(answers[1]!, () => told.push(7));
    expect(told).toEqual([7]);
  });
});
