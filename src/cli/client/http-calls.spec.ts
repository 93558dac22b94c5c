import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CannedServer } from '../../../test/contracts/canned-server';
import { InstantClock } from '../../../test/support/instant-clock';
import { SystemRandom } from '../../common/random';
import { HttpCalls } from './http-calls';

/** An empty code is that of a server that is not ours. */
type Answer = [status: number, code: string, headers?: Record<string, string>];

describe('HttpCalls', () => {
  let server: CannedServer;
  let clock: InstantClock;
  let seen: { key: string | undefined; body: string }[];
  let answers: Answer[];

  beforeAll(async () => {
    server = await listen();
  });
  afterAll(() => server.close());

  beforeEach(() => {
    [clock, seen, answers] = [new InstantClock(), [], []];
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push({ key: request.headers.authorization, body: await text(request) });
    const [status, code, headers = {}] = answers.shift() ?? [200, ''];
    response.writeHead(status, { ...headers, connection: 'close' });
    response.end(code === '' ? '<html>' : JSON.stringify({ error: { code, message: 'm' } }));
  }

  const listen = () => CannedServer.open((request, response) => void answer(request, response));

  const calls = (signal = new AbortController().signal, url = server.url) =>
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
    answers = Array<Answer>(10).fill([504, 'gateway_timeout']);
    await expect(calls().send(post)).rejects.toMatchObject({ status: 504 });
    expect(seen).toHaveLength(6);
  });

  it('waits for another request by the same key for longer than one is held whose process died', async () => {
    const held = Array<Answer>(40).fill([409, 'idempotency_in_progress', { 'retry-after': '1' }]);
    answers = [[504, 'http_error'], ...held.slice(0, 20)];
    expect((await calls().send(post)).status).toBe(200);
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(20_000);
    answers = held;
    await expect(calls().send(post)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    expect(answers.length).toBeGreaterThan(0);
  });

  it('says why nobody answered', async () => {
    const gone = await listen();
    const { url } = gone;
    await gone.close();
    const failure = { code: 'ECONNREFUSED', madeNothing: true };
    await expect(calls(undefined, url).send(post)).rejects.toMatchObject(failure);
  });

  describe('of a call that failed, whether it made nothing', () => {
    const times = (count: number, answer: Answer) => Array<Answer>(count).fill(answer);

    it.each<[madeNothing: boolean, what: string, answers: Answer[]]>([
      [true, 'a refusal', [[422, 'validation_error']]],
      [
        true,
        'a refusal after others',
        [
          [429, 'rate_limit_exceeded'],
          [503, 'service_unavailable'],
          [403, 'forbidden'],
        ],
      ],
      [true, 'a service that is busy', times(6, [503, 'service_unavailable'])],
      [true, "a proxy's refusal", [[403, '']]],
      [false, 'a fault', [[500, 'internal_error']]],
      [false, "a proxy's own 503", times(6, [503, ''])],
      [
        false,
        "a proxy's 502, then a refusal",
        [
          [502, ''],
          [403, 'forbidden'],
        ],
      ],
      [false, "a proxy's 504, then a service that is busy", [[504, ''], ...times(5, [503, 'service_unavailable'])]],
      [false, 'another request by the key', times(31, [409, 'idempotency_in_progress'])],
      [false, 'a 409 without a reason', [[409, '']]],
    ])('%s: %s', async (madeNothing, _, given) => {
      answers = [...given];
      const status = given.at(-1)?.[0];
      await expect(calls().send(post)).rejects.toMatchObject({ status, madeNothing });
      expect(seen).toHaveLength(given.length);
    });

    it('false: a service that answered 502 and was gone then', async () => {
      const gone = await listen();
      const { url } = gone;
      clock.sleep = () => gone.close();
      answers = [[502, '']];
      const failure = { code: 'ECONNREFUSED', madeNothing: false };
      await expect(calls(undefined, url).send(post)).rejects.toMatchObject(failure);
    });
  });

  it('ends with the signal', async () => {
    const interrupt = new AbortController();
    interrupt.abort(new Error('stop'));
    await expect(calls(interrupt.signal).send(post)).rejects.toThrow('stop');
    expect(seen).toHaveLength(0);
  });
});
