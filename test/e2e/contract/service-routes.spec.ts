import { ApiClient } from '../../support/service/api-client';
import { TestService } from '../../support/service/test-service';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

const OPEN_ROUTES = ['/health/live', '/health/ready', '/openapi.json', '/docs'];

describe('the routes beside the API', () => {
  let service: TestService;
  let anybody: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server' });
    anybody = new ApiClient(service.url, null);
  });

  afterAll(() => service.dispose());

  it.each(OPEN_ROUTES)('%s needs no key', async (path) => {
    const answer = await anybody.send('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  it.each(OPEN_ROUTES)('%s has a request id, as every answer', async (path) => {
    const answer = await anybody.send('GET', path, undefined, { 'x-request-id': 'mine' });
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  it.each(['/health/live', '/health/ready', '/v1/nothing'])('%s echoes the version, as every answer', async (path) => {
    expect((await anybody.send('GET', path)).headers.get('x-mesh-version')).toBe('2026-08');
    const newer = await anybody.send('GET', path, undefined, { 'x-mesh-version': '2026-09' });
    expect(newer.headers.get('x-mesh-version')).toBe('2026-09');
  });

  it('tells that it lives and that it is ready', async () => {
    expect((await anybody.send<{ status: string }>('GET', '/health/live')).body.status).toBe('ok');
    const { body } = await anybody.send<{ status: string; info: object }>('GET', '/health/ready');
    expect(body).toMatchObject({ status: 'ok', info: { database: { status: 'up' }, providers: { status: 'up' } } });
    expect(JSON.stringify(body)).not.toContain('postgres://');
  });

  it('documents its routes', async () => {
    const { body } = await anybody.send<OpenApi>('GET', '/openapi.json');
    expect(body.openapi).toMatch(/^3\./);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/v1/batches',
        '/v1/batches/{batch_id}',
        '/v1/batches/{batch_id}/cancel',
        '/v1/files/{file_id}',
        '/v1/files/{file_id}/content',
        '/v1/models',
      ]),
    );
    expect(Object.keys(body.paths['/v1/batches']?.post?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '422']),
    );
  });

  it('serves the page of its documentation from here alone', async () => {
    const page = await anybody.send<string>('GET', '/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.body).toContain('swagger-ui');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    const script = await anybody.send<string>('GET', '/docs/swagger-ui-init.js');
    expect([script.status, script.body.includes('/v1/batches')]).toEqual([200, true]);
  });
});
