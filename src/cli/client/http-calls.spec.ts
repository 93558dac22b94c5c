import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Clock } from '../../common/clock';
import { SystemRandom } from '../../common/random';
import { HttpCalls } from './http-calls';

class InstantClock extends Clock {
  readonly slept: number[] = [];

  now(): number {
    return 0;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
  }
}

describe('HttpCalls', () => {
  let server: Server;
  let baseUrl: string;
  let clock: InstantClock;
  let seen: { key: string | undefined; body: string }[];
  let answers: [status: number, code: string, headers?: Record<string, string>][];

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  beforeEach(() => {
    [clock, seen, answers] = [new InstantClock(), [], []];
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push({ key: request.headers.authorization, body: await text(request) });
    const [status, code, headers = {}] = answers.shift() ?? [200, ''];
    response.writeHead(status, { ...headers, connection: 'close' });
    response.end(JSON.stringify({ error: { code, message: 'm' } }));
  }

  const calls = (signal = new AbortController().signal, url = baseUrl) =>
    new HttpCalls({ baseUrl: url, key: 'rsk_1' }, clock, new SystemRandom(), signal);
  const post = {
    method: 'POST',
    path: '/',
    body: () => Readable.from([Buffer.from('bo'), Buffer.from('dy')]),
  } as const;

  it('sends a whole body again, with the key, when the service is busy', async () => {
    answers = [
      [503, 'service_unavailable', { 'retry-after': '3' }],
      [429, 'rate_limit_exceeded'],
      [409, 'idempotency_in_progress'],
    ];
    expect((await calls().send(post)).status).toBe(200);
    expect(seen).toEqual(Array(4).fill({ key: 'Bearer rsk_1', body: 'body' }));
    expect(clock.slept[0]).toBe(3000);
    expect(clock.slept).toHaveLength(3);
  });

  it.each<[number, string, Record<string, string>]>([
    [429, 'batch_limit_exceeded', {}],
    [429, 'storage_limit_exceeded', {}],
    [503, 'provider_not_available', {}],
    [503, 'service_unavailable', { 'retry-after': '3600' }],
    [500, 'internal_error', {}],
    [501, 'not_implemented', {}],
    [422, 'validation_error', {}],
  ])('asks once when the answer is %i %s', async (status, code, headers) => {
    answers = [[status, code, headers]];
    await expect(calls().send(post)).rejects.toMatchObject({ status, code });
    expect(seen).toHaveLength(1);
  });

  it('gives up in the end', async () => {
    answers = Array<(typeof answers)[0]>(10).fill([504, 'gateway_timeout']);
    await expect(calls().send(post)).rejects.toMatchObject({ status: 504 });
    expect(seen).toHaveLength(6);
  });

  it('says why nobody answered', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const failure = { code: 'ECONNREFUSED', neverConnected: true };
    await expect(calls(undefined, `http://127.0.0.1:${port}`).send(post)).rejects.toMatchObject(failure);
  });

  it('ends with the signal', async () => {
    const interrupt = new AbortController();
    interrupt.abort(new Error('stop'));
    await expect(calls(interrupt.signal).send(post)).rejects.toThrow('stop');
    expect(seen).toHaveLength(0);
  });
});
