import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MeshClient, MeshError, type MeshClientOptions } from '../../support/service/mesh-client';
import { OpenAiService } from '../../support/service/openai-service';
import { DATABASE_KINDS, TEST_KEY } from '../../support/service/test-service';
import { sampled } from '../../support/tier';

const items = (model: string, tag: string) =>
  [1, 2].map((n) => ({
    custom_id: `${tag}-${n}`,
    body: { model, messages: [{ role: 'user', content: `Say ${n}` }] },
  }));

async function failureOf(asked: Promise<unknown>): Promise<MeshError> {
  const failure = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof MeshError)) throw new Error(`Not a MeshError: ${String(failure)}`);
  return failure;
}

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'embedded'))(
  'what the Mesh SDKs do, on the %s database',
  (database) => {
    let openai: OpenAiService;
    let waits: number[];
    let sent: { url: string; body: unknown }[];

    beforeAll(async () => {
      openai = await OpenAiService.start({ database, env: { BATCH_LIMIT_PER_OWNER: '3' } }, { stateMs: 5 });
    });
    beforeEach(() => ([waits, sent] = [[], []]));
    afterAll(() => openai.dispose());

    /** A client whose waits take no time, and whose requests are noted. */
    const client = (options: Partial<MeshClientOptions> = {}) =>
      new MeshClient({
        baseUrl: `${openai.service.url}/`,
        token: TEST_KEY,
        version: '2026-08',
        wait: (ms) => {
          waits.push(ms);
          return Promise.resolve();
        },
        fetch: (url, init) => {
          sent.push({
            url: url instanceof Request ? url.url : url.toString(),
            body: JSON.parse(typeof init?.body === 'string' ? init.body : 'null') as unknown,
          });
          return fetch(url, init);
        },
        ...options,
      });

    /** Ids of all batches. */
    const stored = async () => {
      const { body } = await openai.service.client().send<{ data: { id: string }[] }>('GET', '/v1/batches?limit=100');
      return body.data.map(({ id }) => id);
    };

    it.each(['openai/gpt-5-nano', 'openai/gpt-4o-mini'])(
      'the live test of the lifecycle passes with %s',
      async (model) => {
        const { batches } = client();
        const created = await batches.create({ requests: items(model, 'life'), metadata: { suite: 'life' } });
        expect(created.id).not.toBe('');
        const listed = await batches.list({ limit: 10 });
        expect(listed).toMatchObject({ object: 'list', has_more: expect.any(Boolean) as boolean });
        expect(listed.data.map(({ id }) => id)).toContain(created.id);
        expect((await batches.get(created.id)).id).toBe(created.id);
        expect((await batches.cancel(created.id)).id).toBe(created.id);
        // One that has ended is cancelled as well.
        const ended = await openai.service.client().waitFor(created.id);
        expect(await batches.cancel(created.id)).toMatchObject({ id: created.id, status: ended.status });
        expect(waits).toEqual([]);
      },
    );

    it('results come inline, unwrapped, once a batch is completed', async () => {
      const { batches } = client();
      const { id } = await batches.create({ requests: items('gpt-4o-mini', 'results') });
      await openai.service.client().waitFor(id, ['completed']);
      const batch = await batches.get(id);
      const [first] = batch.results ?? [];
      expect(first).toMatchObject({ custom_id: 'results-1', response: { status_code: 200 }, error: null });
      expect(first?.response?.body).toMatchObject({
        choices: [{ message: { content: expect.any(String) as string } }],
      });
      for (const instant of [batch.created_at, batch.completed_at, batch.expires_at])
        expect(instant).toEqual(expect.any(Number));
    });

    it('nulls are dropped, method and url always sent, and the batch gets what the contract says', async () => {
      const { batches } = client();
      const [item] = items('openai/gpt-5-nano', 'nulls');
      const requests = [{ ...item!, method: null, url: null }];
      const batch = await batches.create({ requests, completion_window: null, metadata: null });
      expect(sent[0]?.body).toEqual({
        requests: [{ ...item, method: 'POST', url: '/v1/chat/completions' }],
      });
      expect(batch).toMatchObject({ completion_window: '24h', metadata: null });
      await batches.cancel(batch.id);
      await openai.service.client().waitFor(batch.id);
    });

    it('a full owner is told after four tries, at the pace of the SDKs, and nothing is stored', async () => {
      const { batches } = client();
      openai.simulator.hold('in_progress', 0);
      const full: string[] = [];
      for (let n = 0; n < 3; n++)
        full.push((await batches.create({ requests: items('openai/gpt-5-nano', `${n}`) })).id);
      sent.length = 0;
      const known = await stored();
      const failure = await failureOf(batches.create({ requests: items('openai/gpt-5-nano', 'more') }));
      expect(failure).toMatchObject({
        status: 429,
        code: 'batch_limit_exceeded',
        requestId: expect.stringMatching(/^req_/) as string,
      });
      expect(failure.retryAfterSeconds).toBeUndefined();
      expect(sent).toHaveLength(4);
      expect(await stored()).toEqual(known);
      for (const [tried, base] of [500, 1000, 2000].entries()) {
        expect(waits[tried]).toBeGreaterThanOrEqual(base * 0.8);
        expect(waits[tried]).toBeLessThanOrEqual(base * 1.2);
      }
      // A cancelled batch makes room, once it has ended.
      openai.simulator.release();
      for (const id of full) await batches.cancel(id);
      for (const id of full) await openai.service.client().waitFor(id);
      expect((await batches.create({ requests: items('openai/gpt-5-nano', 'room') })).status).toBe('validating');
    });

    it('an id with a slash is one segment, and nobody’s', async () => {
      const failure = await failureOf(client().batches.get('batch/123'));
      expect(sent[0]?.url).toMatch(/\/v1\/batches\/batch%2F123$/);
      expect(failure).toMatchObject({
        status: 404,
        code: 'not_found',
        requestId: expect.stringMatching(/^req_/) as string,
      });
      expect(await failureOf(client().batches.cancel('batch/123'))).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('the version is echoed on every answer, errors too, and an unknown one refused before the key is looked at', async () => {
      for (const version of ['2026-08', '2026-09']) {
        const mesh = client({ version });
        await mesh.batches.list();
        expect(mesh.lastHeaders.get('x-mesh-version')).toBe(version);
        await failureOf(mesh.batches.get('nobody'));
        expect(mesh.lastHeaders.get('x-mesh-version')).toBe(version);
      }
      const unknown = client({ version: '2031-01', token: 'rsk_wrong' });
      expect(await failureOf(unknown.batches.list())).toMatchObject({ status: 400, code: 'invalid_api_version' });
    });

    it('errors are told as codes, with details and a request id', async () => {
      const { batches } = client();
      const wrong = await failureOf(client({ token: 'rsk_wrong' }).batches.list());
      expect(wrong).toMatchObject({
        status: 401,
        code: 'unauthorized',
        requestId: expect.stringMatching(/^req_/) as string,
      });
      const empty = await failureOf(batches.create({ requests: [] }));
      expect(empty).toMatchObject({ status: 422, code: 'validation_error' });
      expect(empty.details).toEqual([expect.objectContaining({ loc: ['body', 'requests'], type: 'too_short' })]);
      const mixed = [...items('openai/gpt-5-nano', 'a'), ...items('openai/gpt-4o-mini', 'b')];
      expect(await failureOf(batches.create({ requests: mixed }))).toMatchObject({ status: 400, code: 'mixed_models' });
      expect(await failureOf(batches.create({ requests: items('openai', 'x') }))).toMatchObject({
        code: 'model_not_found',
      });
      expect(await failureOf(batches.list({ limit: 101 }))).toMatchObject({ status: 422, code: 'validation_error' });
      expect(waits).toEqual([]);
    });
  },
);

/** The client is held to what is known of the SDKs, or the tests above would prove little. */
describe('the conformance client', () => {
  let server: Server;
  let answers: { status: number; headers: Record<string, string>; body: string }[];
  let received: Record<string, unknown>[];
  let waits: number[];
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };

  beforeEach(async () => {
    [answers, received, waits] = [[], [], []];
    server = createServer((request, response) => {
      received.push(request.headers);
      const { status, headers, body } = answers.shift() ?? { status: 500, headers: {}, body: '' };
      response.writeHead(status, headers).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const JSON_TYPE = { 'content-type': 'application/json' };
  const mesh = () =>
    new MeshClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'rsk_x', wait });

  it('tries 502, 503 and 504 again, and waits as Retry-After says', async () => {
    for (const status of [502, 503, 504]) answers.push({ status, headers: { 'retry-after': '9' }, body: '' });
    answers.push({ status: 200, headers: JSON_TYPE, body: '{"id":"b"}' });
    expect(await mesh().batches.get('b')).toEqual({ id: 'b' });
    expect(waits).toHaveLength(3);
    for (const ms of waits) expect(Math.abs(ms - 9000)).toBeLessThanOrEqual(1800);
    expect(received[0]).toMatchObject({ 'x-meshapi-sdk': 'conformance/1.0', 'content-type': 'application/json' });
  });

  it('does not try 500 or 501 again, and takes nothing but JSON', async () => {
    answers.push({ status: 500, headers: JSON_TYPE, body: '{"detail":"broken"}' });
    expect(await failureOf(mesh().batches.get('b'))).toMatchObject({ code: 'upstream_error', message: 'broken' });
    answers.push({ status: 501, headers: JSON_TYPE, body: '{"error":{"code":"not_implemented","message":"No"}}' });
    expect(await failureOf(mesh().batches.get('b'))).toMatchObject({ status: 501, code: 'not_implemented' });
    answers.push({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect(await failureOf(mesh().batches.get('b'))).toMatchObject({ code: 'parse_error' });
    expect(waits).toEqual([]);
  });
});
