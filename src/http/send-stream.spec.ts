import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { RawConnection } from '../../test/support/service/raw-connection';
import { sendStream } from './send-stream';

const MIB = 1024 * 1024;
const NOISE = randomBytes(MIB);
const TEXT = JSON.stringify({ a: 'b' }).repeat(5000);

/** Chunks of a megabyte without an end, which cannot be compressed; counts those that were taken, and tells when it was closed. */
class Endless {
  taken = 0;
  private close: () => void = () => undefined;
  readonly closed = new Promise<void>((resolve) => (this.close = resolve));

  async *chunks(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        this.taken++;
        // The source itself yields, as a read of a blob does.
        await sleep(1);
        yield NOISE;
      }
    } finally {
      this.close();
    }
  }
}

async function* text(): AsyncGenerator<Buffer> {
  yield Buffer.from(TEXT.slice(0, 100));
  yield Buffer.from(TEXT.slice(100));
}

describe('sendStream', () => {
  let server: Server;
  let handle: RequestListener = () => undefined;

  beforeAll(async () => {
    server = createServer((asked, answer) => handle(asked, answer)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function ask(encoding?: string, method = 'GET'): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo;
    const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
    const asked = request({ port, host: '127.0.0.1', method, headers, agent: false }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer;
  }

  function answerWith(headers: Record<string, string> = {}): void {
    handle = (_, answer) => {
      for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
      void sendStream(answer, text(), { compressible: true });
    };
  }

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['GZIP', true],
    ['br, deflate', false],
    ['gzip;q=0', false],
    ['gzip;q=0.5, identity', false],
    ['gzip;q=0.5, identity;q=0.4', true],
    ['deflate, gzip;q=0.9, *;q=0.1', true],
    ['*;q=0', false],
  ])('answers Accept-Encoding %p with gzip: %p', async (encoding, compressed) => {
    answerWith({ 'Content-Length': `${TEXT.length}`, 'Accept-Ranges': 'bytes', Vary: 'Origin' });
    const answer = await ask(encoding);
    const bytes = await buffer(answer);
    expect(answer.headers.vary).toBe('Origin, Accept-Encoding');
    expect(answer.headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
    expect(answer.headers['content-length']).toBe(compressed ? undefined : `${TEXT.length}`);
    expect(answer.headers['accept-ranges']).toBe(compressed ? undefined : 'bytes');
    expect((compressed ? gunzipSync(bytes) : bytes).toString()).toBe(TEXT);
    if (compressed) expect(bytes.length).toBeLessThan(TEXT.length / 10);
  });

  it('leaves an answer alone that says how it is encoded', async () => {
    answerWith({ 'Content-Encoding': 'identity' });
    const answer = await ask('gzip');
    expect([answer.headers['content-encoding'], answer.headers.vary]).toEqual(['identity', undefined]);
    expect((await buffer(answer)).toString()).toBe(TEXT);
  });

  it('sends to HEAD the headers and reads no further', async () => {
    const source = new Endless();
    handle = (_, answer) => void sendStream(answer, source.chunks(), { compressible: true });
    const answer = await ask('gzip', 'HEAD');
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(await buffer(answer)).toHaveLength(0);
    await source.closed;
    expect(source.taken).toBe(1);
  });

  it.each([
    ['as it is', undefined],
    ['compressed', 'gzip'],
  ])('takes from its source no more than a slow reader takes: %s', async (_, encoding) => {
    const source = new Endless();
    handle = (__, answer) => void sendStream(answer, source.chunks(), { compressible: true });
    const answer = await ask(encoding);
    const settled = async () => {
      for (let before = -1; before !== source.taken;) {
        before = source.taken;
        await sleep(150);
      }
      return source.taken;
    };
    // The rest is what two sockets of the system hold.
    expect(await settled()).toBeLessThan(20);
    answer.destroy();
    await source.closed;
  });

  it.each([undefined, 'gzip'])(
    'ends with a connection on which it waits for the answer before: %p',
    async (encoding) => {
      const source = new Endless();
      let sent: Promise<void> | undefined;
      handle = ({ url }, answer) => {
        if (url === '/next') sent = sendStream(answer, source.chunks(), { compressible: true });
      };
      const connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      connection.head('GET /first');
      connection.head('GET /next', `Accept-Encoding: ${encoding ?? ''}`);
      while (!sent) await sleep(1);
      connection.close();
      await sent;
      await source.closed;
    },
  );

  it('sends what waited for the answer before it', async () => {
    let first: ServerResponse | undefined;
    handle = ({ url }, answer) => {
      if (url === '/first') first = answer;
      else void sendStream(answer.setHeader('Content-Length', TEXT.length), text());
    };
    const connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    connection.head('GET /first');
    connection.head('GET /next');
    await once(server, 'request');
    await sleep(1);
    first!.setHeader('Content-Length', 2).end('ok');
    expect((await connection.answer()).body).toBe('ok');
    expect((await connection.answer()).body).toBe(TEXT);
    connection.close();
  });

  it('takes nothing more for a client that went away before the first byte', async () => {
    const source = new Endless();
    let gone = (): void => undefined;
    const hasGone = new Promise<void>((resolve) => (gone = resolve));
    async function* late() {
      await hasGone;
      yield* source.chunks();
    }
    const sent = new Promise<void>((resolve, reject) => {
      handle = (asked, answer) => {
        if (asked.url === '/next') void sendStream(answer, late()).then(resolve, reject);
        asked.socket.once('close', gone);
      };
    });
    const connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    connection.head('GET /first');
    connection.head('GET /next');
    await once(server, 'request');
    connection.close();
    await sent;
    await source.closed;
    expect(source.taken).toBe(1);
  });

  it.each([undefined, 'gzip'])('cuts the connection when the source fails later: %p', async (encoding) => {
    let failed: unknown;
    async function* broken() {
      yield Buffer.alloc(MIB, 'x');
      throw new Error('gone');
    }
    handle = (_, answer) =>
      void sendStream(answer, broken(), { compressible: true }).catch((error) => (failed = error));
    await expect(ask(encoding).then((answer) => buffer(answer))).rejects.toThrow();
    expect(failed).toMatchObject({ message: 'gone' });
  });

  it('lets go of its source when the answer went out before the first chunk came', async () => {
    const source = new Endless();
    const answered = new Promise<void>((done, fail) => {
      handle = (_, answer) => {
        answer.writeHead(400).end('broken off');
        sendStream(answer, source.chunks(), { compressible: true }).then(done, fail);
      };
    });
    expect((await buffer(await ask('gzip'))).toString()).toBe('broken off');
    await answered;
    await source.closed;
    expect(source.taken).toBe(1);
  });

  it('cuts a client that takes nothing of what is there', async () => {
    const source = new Endless();
    handle = (_, answer) => void sendStream(answer, source.chunks(), { stalledMs: 200 });
    const answer = await ask();
    answer.on('error', () => undefined);
    await source.closed;
    await new Promise<void>((done) => answer.resume().once('close', done));
    expect(answer.complete).toBe(false);
  });

  it('waits for a source that has nothing for longer than a client may stall, and leaves the connection as it was', async () => {
    const slow = async function* () {
      yield Buffer.from('a');
      await sleep(700);
      yield Buffer.from('b');
    };
    handle = (_, answer) => void sendStream(answer, slow(), { stalledMs: 100 });
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asked = request({ port, host: '127.0.0.1', agent }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const { socket } = answer;
    expect((await buffer(answer)).toString()).toBe('ab');
    await sleep(400);
    expect(socket.destroyed).toBe(false);
    agent.destroy();
  });

  it('throws what fails before the first byte', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      throw new Error('gone');
    }
    handle = (_, answer) =>
      void sendStream(answer, broken(), { compressible: true }).catch((error: Error) => {
        answer.end(error.message);
      });
    const answer = await ask('gzip');
    expect([answer.headers['content-encoding'], (await buffer(answer)).toString()]).toEqual([undefined, 'gone']);
  });
});
