import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { chatItems, type Answer, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { ownerKey } from '../../support/service/stored-keys';
import { TestService } from '../../support/service/test-service';

const [NO_BATCH, NO_FILE] = [`batch_${'0'.repeat(26)}`, `file_${'0'.repeat(26)}`];

const TRICKS = [
  '..%2F..%2Fetc%2Fpasswd',
  '%2e%2e%2f%2e%2e',
  'batch%2F123',
  '%00',
  `${NO_BATCH}%00`,
  `${NO_BATCH}%0A`,
  `${NO_BATCH}'--`,
  '%F0%9F%98%80',
  'x'.repeat(4000),
  '__proto__',
  '-1',
];

describe('what is not there', () => {
  let service: TestService;
  let [owner, stranger]: ApiClient[] = [];
  let batch: BatchBody;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server' });
    owner = service.client();
    stranger = service.client(await ownerKey(service, 'stranger'));
    const { body } = await owner.create({ requests: chatItems(['x', 'y [fail]'], 'sandbox/flaky') });
    batch = await owner.waitFor(body.id);
  });

  afterAll(() => service.dispose());

  it.each<[string, string, (batch: BatchBody) => string, string]>([
    ['a batch', 'GET', ({ id }) => `/v1/batches/${id}`, `/v1/batches/${NO_BATCH}`],
    ['its results', 'GET', ({ id }) => `/v1/batches/${id}/results`, `/v1/batches/${NO_BATCH}/results`],
    ['its cancel', 'POST', ({ id }) => `/v1/batches/${id}/cancel`, `/v1/batches/${NO_BATCH}/cancel`],
    ['its input', 'GET', ({ input_file_id: id }) => `/v1/files/${id}`, `/v1/files/${NO_FILE}`],
    ['its output', 'GET', ({ output_file_id: id }) => `/v1/files/${id}/content`, `/v1/files/${NO_FILE}/content`],
    ['its errors', 'GET', ({ error_file_id: id }) => `/v1/files/${id}/content`, `/v1/files/${NO_FILE}/content`],
  ])("somebody else's is the same 404 as none: %s", async (_, method, pathOf, missing) => {
    const [own, foreign, none] = [
      await owner!.send(method, pathOf(batch)),
      await stranger!.send(method, pathOf(batch)),
      await owner!.send(method, missing),
    ];
    expect(own.status).toBe(200);
    expectRefusal(foreign, 404, 'not_found');
    expectRefusal(none, 404, 'not_found');
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...none.body, request_id: '' });
    expect([...foreign.headers.keys()].sort()).toEqual([...none.headers.keys()].sort());
  });

  it("a stranger's list holds nothing of it", async () => {
    expect((await stranger!.send<{ data: unknown[] }>('GET', '/v1/batches')).body.data).toEqual([]);
  });

  it('an id may be percent-encoded', async () => {
    const encoded = batch.id.replace('_', '%5F');
    expect((await owner!.send<BatchBody>('GET', `/v1/batches/${encoded}`)).body.id).toBe(batch.id);
  });

  it.each(TRICKS)('an id like %s', async (id) => {
    expectRefusal(await owner!.send('GET', `/v1/batches/${id}`), 404, 'not_found');
    expectRefusal(await owner!.send('POST', `/v1/batches/${id}/cancel`), 404, 'not_found');
    expectRefusal(await owner!.send('GET', `/v1/batches/${id}/results`), 404, 'not_found');
    expectRefusal(await owner!.send('GET', `/v1/files/${id}`), 404, 'not_found');
    expectRefusal(await owner!.send('GET', `/v1/files/${id}/content`), 404, 'not_found');
  });

  it.each(['/v1/files/../../package.json', '/docs/../../package.json', '//v1/batches', '/v1/batches/%E0%A4%A'])(
    'a path like %s, sent as it is',
    async (path) => {
      const answer = await sendVerbatim(path);
      expect([400, 404]).toContain(answer.status);
      expectRefusal(answer, answer.status, answer.status === 404 ? 'not_found' : 'invalid_request');
    },
  );

  it.each(['/', '/v1', '/v1/nothing', '/v2/batches', `/v1/batches/${NO_BATCH}/nothing`])(
    'the route %s, in the envelope',
    async (path) => {
      expectRefusal(await owner!.send('GET', path), 404, 'not_found');
    },
  );

  it.each([
    ['PUT', '/v1/batches'],
    ['DELETE', `/v1/batches/${NO_BATCH}`],
    ['PATCH', '/v1/batches'],
    ['GET', `/v1/batches/${NO_BATCH}/cancel`],
    ['POST', '/v1/models'],
  ])('%s %s, in the envelope', async (method, path) => {
    const answer = await owner!.send(method, path);
    expect([404, 405]).toContain(answer.status);
    expectRefusal(answer, answer.status, answer.status === 404 ? 'not_found' : 'method_not_allowed');
  });

  /** Without the tidying of a URL that fetch does. */
  function sendVerbatim(path: string): Promise<Answer<unknown>> {
    const { hostname, port } = new URL(service.url);
    const headers = { authorization: `Bearer ${service.settings().BOOTSTRAP_API_KEY}` };
    return new Promise((done, fail) => {
      const call = request({ hostname, port, path, headers, agent: false }, (response) => {
        const given = new Headers(response.headers as Record<string, string>);
        json(response).then((body) => done({ status: response.statusCode ?? 0, headers: given, body }), fail);
      });
      call.on('error', fail);
      call.end();
    });
  }
});
