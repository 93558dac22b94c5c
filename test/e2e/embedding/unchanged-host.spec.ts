import { connect } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';

const REQUESTS: Readonly<Record<string, readonly [method: string, path: string, body?: string, headers?: string]>> = {
  'a list': ['GET', '/api/orders'],
  'a list without its body': ['HEAD', '/api/orders'],
  'a create': ['POST', '/api/orders', '{"item":"pen","count":2}'],
  'a refused create': ['POST', '/api/orders', '{"item":1,"extra":true}'],
  'malformed JSON': ['POST', '/api/orders', '{"item":'],
  'a body above the limit': ['POST', '/api/orders', JSON.stringify({ item: 'x'.repeat(2_000_000), count: 1 })],
  'a body that waits to be asked for': ['POST', '/api/orders', '{"item":"pen","count":2}', 'Expect: 100-continue\r\n'],
  'no such route': ['GET', '/api/nothing'],
  'no such route below the path of Meshbatch': ['POST', '/other/v1/batches', '{"a":1}'],
  'the options of a route': ['OPTIONS', '/api/orders'],
};

describe.each(['express', 'fastify'] as const)('the own routes of a host on %s', (platform) => {
  let ground: HostGround;
  let before: INestApplication;
  let after: INestApplication;

  beforeAll(async () => {
    ground = await hostGround();
    before = await startHost({ platform });
    after = await startHost({ platform, meshbatch: await embedOn(ground) });
  });
  afterAll(async () => {
    await before?.close();
    await after?.close();
    await ground?.close();
  });

  it.each(Object.entries(REQUESTS))('answer byte for byte as before: %s', async (_, request) => {
    const answer = await exchange(urlOf(before), request);
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(await exchange(urlOf(after), request)).toBe(answer);
  });
});

/** Everything that comes back over the wire, but for the date. */
function exchange(url: string, [method, path, body = '', headers = '']: (typeof REQUESTS)[string]): Promise<string> {
  const { hostname, port } = new URL(url);
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: platform\r\nConnection: close\r\n${headers}` +
    (body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    // A server that refuses a large body may reset the connection once it has answered.
    socket.on('error', (error) => (text === '' ? reject(error) : undefined));
    socket.on('close', () => resolve(text.replace(/^Date: .*\r\n/im, '')));
    socket.write(`${head}\r\n${body}`);
  });
}
