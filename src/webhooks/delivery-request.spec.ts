import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { SystemClock } from '../common/clock';
import { DeliveryRequest } from './delivery-request';
import { HostNames } from './host-names';
import { TargetAddresses } from './target-addresses';
import { TargetDispatcher } from './target-dispatcher';
import type { WebhooksModuleOptions } from './webhooks.options';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const LOOPBACK = { allowedNetworks: ['127.0.0.1'] };
const REFUSED = {
  statusCode: null,
  error: 'The URL leads nowhere, or to an address that webhooks are not sent to',
  retryAfterMs: null,
};

/** Answers what a test has it answer, in turn, and then the last for ever. */
class ScriptedNames extends HostNames {
  readonly asked: string[] = [];

  constructor(private readonly answers: readonly string[][]) {
    super();
  }

  async addressesOf(host: string) {
    const addresses = this.answers[Math.min(this.asked.length, this.answers.length - 1)] ?? [];
    this.asked.push(host);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }
}

describe('DeliveryRequest', () => {
  let server: Server;
  let port: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let received: IncomingMessage[];
  const dispatchers: TargetDispatcher[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(request);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  beforeEach(() => {
    received = [];
    answer = (_, response) => response.writeHead(204).end();
  });
  afterAll(async () => {
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.onApplicationShutdown()));
    server.closeAllConnections();
    server.close();
  });

  function send(
    url: string,
    options: WebhooksModuleOptions = LOOPBACK,
    names: HostNames = new ScriptedNames([['127.0.0.1']]),
    stopping = new AbortController().signal,
  ) {
    const dispatcher = new TargetDispatcher(new TargetAddresses(options), names);
    dispatchers.push(dispatcher);
    const request = new DeliveryRequest(options, dispatcher, new SystemClock());
    const message = { url: url.replace('PORT', String(port)), id: 'delivery_1', payload: '{"a":1}', secrets: [SECRET] };
    return request.send(message, stopping);
  }

  it('signs what it posts, as the reference library verifies', async () => {
    const body = new Promise<string>((resolve) => {
      answer = (request, response) =>
        void text(request).then((all) => (resolve(all), response.writeHead(200).end('ok')));
    });
    expect(await send('http://hooks.example:PORT/x')).toEqual({ statusCode: 200, error: null, retryAfterMs: null });
    const headers = received[0]!.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(await body, headers)).toEqual({ a: 1 });
    expect(headers['webhook-id']).toBe('delivery_1');
    expect(headers['content-type']).toBe('application/json');
  });

  it.each([
    'http://127.0.0.1:PORT/',
    'http://0x7f.1:PORT/',
    'http://2130706433:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::1]:PORT/',
    'http://0.0.0.0:PORT/',
    'https://127.0.0.1:PORT/',
    'http://localhost:PORT/',
  ])('does not connect to %s unless it is allowed', async (url) => {
    expect(await send(url, {})).toEqual(REFUSED);
    expect(received).toEqual([]);
  });

  it.each(['http://0x7f.1:PORT/', 'http://2130706433:PORT/'])('connects to %s where that is allowed', async (url) => {
    expect(await send(url)).toMatchObject({ statusCode: 204, error: null });
  });

  it('connects to the address that it checked, not to one that the name leads to later', async () => {
    // To Node's own resolver this name leads nowhere: whatever is connected to is what ours said.
    const names = new ScriptedNames([['127.0.0.1'], ['10.0.0.1']]);
    expect(await send('http://rebinding.example:PORT/', LOOPBACK, names)).toMatchObject({ statusCode: 204 });
    expect(names.asked).toEqual(['rebinding.example']);
  });

  it('refuses a name that was public when it was registered and leads to loopback now', async () => {
    const names = new ScriptedNames([['93.184.216.34'], ['127.0.0.1']]);
    expect(await names.addressesOf('rebinding.example')).toMatchObject([{ address: '93.184.216.34' }]);
    expect(await send('https://rebinding.example:PORT/', {}, names)).toEqual(REFUSED);
    expect(received).toEqual([]);
  });

  it('refuses a name of whose addresses one is private', async () => {
    const names = new ScriptedNames([['127.0.0.1', '10.0.0.1']]);
    expect(await send('http://mixed.example:PORT/', LOOPBACK, names)).toEqual(REFUSED);
  });

  it('tells of a name that nobody knows what it tells of one that is inside', async () => {
    expect(await send('https://unknown.example:PORT/', LOOPBACK, new ScriptedNames([[]]))).toEqual(REFUSED);
    const failing = new ScriptedNames([]);
    failing.addressesOf = () => Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }));
    expect(await send('https://unknown.example:PORT/', LOOPBACK, failing)).toEqual(REFUSED);
  });

  it('checks where a redirect leads', async () => {
    for (const location of ['http://10.0.0.1/', 'http://[::1]:1/', 'http://169.254.169.254/latest/meta-data/']) {
      answer = (_, response) => response.writeHead(307, { location }).end();
      expect(await send('http://hooks.example:PORT/')).toEqual(REFUSED);
    }
    answer = (_, response) => response.writeHead(302, { location: 'ftp://127.0.0.1/' }).end();
    expect(await send('http://hooks.example:PORT/')).toMatchObject({ statusCode: 302 });
  });

  it.each([301, 302, 307, 308])(
    'follows a redirect (%i) with the same request, three times at most',
    async (status) => {
      answer = (request, response) =>
        request.url === '/end' ? response.writeHead(200).end() : response.writeHead(status, { location: '/end' }).end();
      expect(await send('http://hooks.example:PORT/')).toMatchObject({ statusCode: 200, error: null });
      expect(received.map(({ method }) => method)).toEqual(['POST', 'POST']);
      received = [];
      answer = (_, response) => response.writeHead(status, { location: '/again' }).end();
      expect(await send('http://hooks.example:PORT/')).toMatchObject({
        statusCode: status,
        error: 'There were more than 3 redirects',
      });
      expect(received).toHaveLength(4);
    },
  );

  it('gives up on an endpoint that keeps silent, and takes the status of one whose body never ends', async () => {
    answer = () => undefined;
    const patience = { ...LOOPBACK, timeoutMs: 200 };
    expect(await send('http://hooks.example:PORT/', patience)).toEqual({
      statusCode: null,
      error: 'There was no answer within 0.2 seconds',
      retryAfterMs: null,
    });
    answer = (_, response) => void response.writeHead(200).write('x'.repeat(100));
    expect(await send('http://hooks.example:PORT/', patience)).toMatchObject({ statusCode: 200, error: null });
  });

  it('sends nothing once the process stops, and cuts short what it sends then', async () => {
    const stopping = new AbortController();
    answer = () => stopping.abort(new Error('The process is stopping'));
    const cut = send('http://hooks.example:PORT/', LOOPBACK, undefined, stopping.signal);
    await expect(cut).rejects.toThrow('The process is stopping');
    const late = send('http://hooks.example:PORT/', LOOPBACK, undefined, stopping.signal);
    await expect(late).rejects.toThrow('The process is stopping');
    expect(received).toHaveLength(1);
  });

  it('tells what an endpoint asked for', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await send('http://hooks.example:PORT/')).toMatchObject({ statusCode: 429, retryAfterMs: 7000 });
    const at = new Date(Date.now() + 60_000).toUTCString();
    answer = (_, response) => response.writeHead(503, { 'retry-after': at }).end();
    expect((await send('http://hooks.example:PORT/')).retryAfterMs).toBeGreaterThan(50_000);
  });

  it('says no more of a connection that failed than its kind', async () => {
    expect(await send('http://127.0.0.1:1/')).toEqual({
      statusCode: null,
      error: 'The endpoint could not be reached: ECONNREFUSED',
      retryAfterMs: null,
    });
  });
});
