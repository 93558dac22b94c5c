import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock, settled } from '../../test/support/manual-clock';
import { RawConnection } from '../../test/support/service/raw-connection';
import { limitUnreadBodies } from './unread-bodies';

describe('what is left of a body after its answer', () => {
  const clock = new ManualClock();
  let server: Server;
  let connection: RawConnection;
  let finished: Promise<unknown>;

  beforeEach(async () => {
    server = createServer({ requestTimeout: 0 }, (_, response) => {
      finished = once(response, 'close');
      response.setHeader('Content-Length', 2).end('ok');
    });
    limitUnreadBodies(server, clock);
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

  async function askWithBody(): Promise<void> {
    connection.head('POST /', 'Content-Length: 10');
    expect((await connection.answer()).body).toBe('ok');
    await finished;
  }

  it('has half a minute to come, and the connection serves on', async () => {
    await askWithBody();
    await clock.forward(29_000);
    connection.write('0123456789GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await connection.answer()).body).toBe('ok');
    await finished;
    await settled();
    await settled();
    await clock.forward(60_000);
    await askWithBody();
  });

  it('is not waited for any longer', async () => {
    await askWithBody();
    connection.write('01234');
    await clock.forward(30_000);
    await connection.ended();
  });

  it('sets no time for a request that has come whole', async () => {
    connection.head('GET /');
    await connection.answer();
    await finished;
    expect(clock.sleeping).toBe(0);
  });
});
