import { ApiClient, chatItems, type Answer, type ErrorBody } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { createKey } from '../../support/service/keys-command';
import { ownerKey } from '../../support/service/stored-keys';
import { TestService } from '../../support/service/test-service';

const ONE = { requests: chatItems(['one'], 'sandbox/echo') };
const UNKNOWN_KEY = `rsk_${'x'.repeat(40)}`;

describe('the order of checks', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({
      database: 'server',
      env: { BATCH_LIMIT_PER_OWNER: '1', MAX_BODY_BYTES: '5000' },
    });
    api = service.client();
  });

  afterAll(() => service.dispose());

  describe('X-Request-Id', () => {
    it.each(['mine', 'A-z_0.9:b', 'x'.repeat(64)])('keeps %s', async (id) => {
      const answer = await api.send('GET', '/v1/batches', undefined, { 'x-request-id': id });
      expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, id]);
    });

    it.each(['with space', 'a/b', 'x'.repeat(65), '"', 'é'])('replaces %j', async (id) => {
      const refused = await anonymous().send('GET', '/v1/batches', undefined, { 'x-request-id': id });
      expect(refused.headers.get('x-request-id')).toMatch(/^req_[0-9A-Z]{26}$/);
      expectRefusal(refused, 401, 'unauthorized');
    });

    it('is another one each time, on successes too', async () => {
      const answers = await Promise.all([1, 2, 3].map(() => api.send('GET', '/v1/models')));
      const ids = answers.map(({ headers }) => headers.get('x-request-id'));
      expect(new Set(ids).size).toBe(3);
      for (const id of ids) expect(id).toMatch(/^req_/);
    });
  });

  describe('X-Mesh-Version', () => {
    it.each(['2026-08', '2026-09'])('%s is known and echoed, on errors too', async (version) => {
      const headers = { 'x-mesh-version': version };
      const answers = [
        await api.send('GET', '/v1/batches', undefined, headers),
        await api.send('GET', '/v1/models', undefined, headers),
        await api.send('GET', `/v1/batches/batch_${'0'.repeat(26)}`, undefined, headers),
        await anonymous().send('GET', '/v1/batches', undefined, headers),
        await api.create('{', headers),
        await api.create('{', { ...headers, 'content-type': 'text/plain' }),
        await api.create('x'.repeat(6000), headers),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 401, 422, 415, 413]);
      for (const answer of answers) expect(answer.headers.get('x-mesh-version')).toBe(version);
    });

    it('is 2026-08 when none was sent', async () => {
      expect((await api.send('GET', '/v1/batches')).headers.get('x-mesh-version')).toBe('2026-08');
      expect((await anonymous().send('GET', '/v1/batches')).headers.get('x-mesh-version')).toBe('2026-08');
    });

    it.each(['2026-07', '2027-01', '2026-8', 'latest', '', '2026-08, 2026-09'])(
      'refuses %j before it looks at the key',
      async (version) => {
        const answer = await anonymous().send('POST', '/v1/batches', '{', { 'x-mesh-version': version });
        const { error } = expectRefusal(answer, 400, 'invalid_api_version');
        expect(JSON.stringify(error)).toContain('2026-08');
        expect(JSON.stringify(error)).toContain('2026-09');
      },
    );

    it('takes the same one sent twice: only different ones contradict each other', async () => {
      const answer = await api.send('GET', '/v1/batches', undefined, { 'x-mesh-version': '2026-09, 2026-09' });
      expect([answer.status, answer.headers.get('x-mesh-version')]).toEqual([200, '2026-09']);
    });
  });

  describe('the key', () => {
    it.each([
      ['none', {}],
      ['an empty one', { authorization: '' }],
      ['another scheme', { authorization: `Basic ${UNKNOWN_KEY}` }],
      ['no scheme', { authorization: UNKNOWN_KEY }],
      ['a malformed one', { authorization: 'Bearer rsk_short' }],
      ['an unknown one', { authorization: `Bearer ${UNKNOWN_KEY}` }],
    ])('%s is 401, whatever else is wrong', async (_, headers: Record<string, string>) => {
      const wrong = { 'content-type': 'text/plain', ...headers };
      expectRefusal(await anonymous().send('POST', '/v1/batches', 'x'.repeat(6000), wrong), 401, 'unauthorized');
      for (const path of ['/v1/batches', '/v1/models', '/v1/files/file_x', '/v1/files/file_x/content']) {
        expectRefusal(await anonymous().send('GET', path, undefined, headers), 401, 'unauthorized');
      }
    });

    it('expired is 401', async () => {
      const { key } = await createKey(service, 'expired', '--expires', '2026-01-01T00:00:00Z');
      expectRefusal(await service.client(key).create(ONE), 401, 'unauthorized');
    });

    it('without the scope is 403 for what it may not do, and works for the rest', async () => {
      const reader = service.client((await createKey(service, 'reader', '--scope', 'batches:read')).key);
      const writer = service.client((await createKey(service, 'writer', '--scope', 'batches:write')).key);
      expect((await reader.send('GET', '/v1/batches')).status).toBe(200);
      expectRefusal(await reader.create('{'), 403, 'forbidden');
      expectRefusal(await reader.send('POST', `/v1/batches/batch_${'0'.repeat(26)}/cancel`), 403, 'forbidden');
      expectRefusal(await writer.create('{'), 422, 'validation_error');
      expectRefusal(await writer.send('GET', '/v1/batches'), 403, 'forbidden');
    });
  });

  describe('after the key', () => {
    const TOO_LONG = 'x'.repeat(6000);

    it('comes the limit, then the content type, then the length, then the body', async () => {
      const key = await ownerKey(service, 'busy');
      const busy = service.client(key);
      const attempt = (body: string, type: string): Promise<Answer<ErrorBody>> =>
        busy.send('POST', '/v1/batches', body, { 'content-type': type });
      expectRefusal(await attempt(TOO_LONG, 'text/plain'), 415, 'unsupported_media_type');
      expectRefusal(await attempt(TOO_LONG, 'application/json'), 413, 'payload_too_large');
      expectRefusal(await attempt('{', 'application/json'), 422, 'validation_error');
      const { body: created } = await busy.create(ONE);
      expect(created.status).toBe('validating');
      expectRefusal(await attempt(TOO_LONG, 'text/plain'), 429, 'batch_limit_exceeded');
      await busy.waitFor(created.id);
      expectRefusal(await attempt(TOO_LONG, 'text/plain'), 415, 'unsupported_media_type');
    });

    it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json ;x=y'])(
      'takes %s',
      async (type) => {
        expectRefusal(await api.send('POST', '/v1/batches', '{', { 'content-type': type }), 422, 'validation_error');
      },
    );

    it.each(['text/plain', 'application/jsonx', 'application/x-www-form-urlencoded', 'json', ''])(
      'refuses the content type %j',
      async (type) => {
        const answer = await api.send('POST', '/v1/batches', Buffer.from('{}'), { 'content-type': type });
        expectRefusal(answer, 415, 'unsupported_media_type');
      },
    );

    it('refuses a body that names no content type', async () => {
      expectRefusal(await api.send('POST', '/v1/batches', Buffer.from('{}')), 415, 'unsupported_media_type');
    });
  });

  function anonymous(): ApiClient {
    return new ApiClient(service.url, null);
  }
});
