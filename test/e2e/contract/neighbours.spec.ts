import { randomBytes } from 'node:crypto';
import { ApiClient, chatItems, type Answer } from '../../support/service/api-client';
import { expectRefusal, expectMessageError } from '../../support/service/envelope';
import { requiredHeaders, servedDocument, walk, type ServedOperation } from '../../support/service/openapi-walk';
import { storeKeys } from '../../support/service/stored-keys';
import { storeWebhook } from '../../support/service/stored-webhooks';
import { TestService } from '../../support/service/test-service';

/** What anybody may ask without a key; a route that is open by mistake is not here. */
const OPEN = ['GET /health/live', 'GET /health/ready'];
const NEVER_WAS = '0'.repeat(26);
const SAFE_METHODS = ['GET', 'HEAD'];
const HEADERS_OF_NO_INTEREST = ['x-request-id', 'request-id', 'date', 'etag', 'content-length'];
const isRemoval = ({ method }: ServedOperation) => method === 'DELETE';
/** Those whose errors are worded as Anthropic's. */
const isMessages = ({ path }: ServedOperation) => path.startsWith('/v1/messages/');
const nameOf = ({ method, path }: ServedOperation) => `${method} ${path}`;

/** Every route of the document that the service serves: one that is added is tried without being named here. */
describe('curious neighbours, on every route', () => {
  let service: TestService;
  let operations: ServedOperation[];
  /** By path parameter: ids of the first owner's, all of which it can read itself. */
  let realIds: Record<string, string[]>;

  beforeAll(async () => {
    service = await TestService.start({
      database: 'server',
      env: {
        BATCH_LIMIT_PER_OWNER: '3',
        SECRETS_KEY: randomBytes(32).toString('base64'),
        // Every route is tried with several wrong ones.
        WRONG_KEYS_PER_MINUTE: '1000',
      },
    });
    // What takes something away comes last.
    operations = walk(await servedDocument(service)).sort((a, b) => Number(isRemoval(a)) - Number(isRemoval(b)));
    const owner = service.client();
    const { body } = await owner.create({ requests: chatItems(['x', 'y [fail]'], 'sandbox/flaky') });
    const batch = await owner.waitFor(body.id);
    const files = [batch.input_file_id, batch.output_file_id, batch.error_file_id].map(String);
    const requests = [
      { custom_id: 'x', params: { model: 'sandbox/echo', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] } },
    ];
    const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
    const created = await owner.send<{ id: string }>(
      'POST',
      '/v1/messages/batches',
      JSON.stringify({ requests }),
      headers,
    );
    await owner.waitFor(created.body.id);
    const webhook = await storeWebhook(service, batch);
    realIds = { batch_id: [batch.id], message_batch_id: [created.body.id], file_id: files, ...webhook };
  });

  afterAll(() => service.dispose());

  it('the document has routes with and without ids, and no other open ones', () => {
    expect(operations.filter(({ isOpen }) => isOpen).map(nameOf)).toEqual(OPEN);
    expect(operations.filter(({ pathParameters }) => pathParameters.length > 0).length).toBeGreaterThanOrEqual(5);
    expect(operations.filter(({ isOpen, pathParameters }) => !isOpen && pathParameters.length === 0)).not.toEqual([]);
  });

  it("another owner's ids are the same 404 as ids that never were, body for body", async () => {
    const [key] = await storeKeys(service, 'stranger', [{}]);
    const stranger = service.client(key);
    for (const operation of operations.filter(({ pathParameters }) => pathParameters.length > 0)) {
      for (const [real, missing] of pathsOf(operation)) {
        const foreign = await send(stranger, operation, real);
        if (isMessages(operation)) expectMessageError(foreign, 404, 'not_found_error');
        else expectRefusal(foreign, 404, 'not_found');
        const own = await send(service.client(), operation, real);
        expect([nameOf(operation), real, own.status]).toEqual([nameOf(operation), real, 200]);
        for (const none of [await send(stranger, operation, missing), await send(service.client(), operation, missing)])
          expect(comparable(foreign)).toEqual(comparable(none));
      }
    }
  });

  it('every key that is none is 401', async () => {
    const [revoked, expired] = await storeKeys(service, 'former', [
      { status: 'revoked' },
      { expiresAt: new Date(Date.now() - 1000) },
    ]);
    const wrong = [
      undefined,
      '',
      'Bearer',
      `Basic ${service.settings().BOOTSTRAP_API_KEY}`,
      'Bearer rsk_malformed',
      `Bearer ${service.settings().BOOTSTRAP_API_KEY?.slice(0, -1)}`,
      `Bearer ${revoked}`,
      `Bearer ${expired}`,
    ];
    const anybody = new ApiClient(service.url, null);
    for (const operation of operations.filter(({ isOpen }) => !isOpen)) {
      const [path] = firstPathOf(operation);
      const bodies = await Promise.all(
        wrong.map(async (authorization) => {
          const headers = authorization === undefined ? undefined : { authorization };
          return comparable(await send(anybody, operation, path, headers));
        }),
      );
      for (const body of bodies) expect([nameOf(operation), body]).toEqual([nameOf(operation), bodies[0]]);
      expect([nameOf(operation), bodies[0]]).toMatchObject([nameOf(operation), { status: 401 }]);
    }
  });

  it('a key that lacks the scope, or is suspended, is 403', async () => {
    const [reads, writes, nothing, suspended] = await storeKeys(service, 'limited', [
      { scopes: ['batches:read'] },
      { scopes: ['batches:write'] },
      { scopes: [] },
      { status: 'suspended' },
    ]);
    for (const operation of operations.filter(({ isOpen }) => !isOpen)) {
      const lacking = SAFE_METHODS.includes(operation.method) ? writes : reads;
      const [path] = firstPathOf(operation);
      for (const key of [lacking, nothing, suspended]) {
        const answer = await send(service.client(key), operation, path);
        expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), 403]);
        if (isMessages(operation)) expectMessageError(answer, 403, 'permission_error');
        else expectRefusal(answer, 403, 'forbidden');
      }
    }
  });

  /** Pairs of paths, with the first owner's ids and with ids of the same form that never were. */
  function pathsOf({ path, pathParameters }: ServedOperation): [string, string][] {
    return pathParameters.reduce<[string, string][]>(
      (paths, name) => {
        const ids = realIds[name];
        if (!ids)
          throw new Error(`${path}: no id of the first owner's is known for {${name}}; this test must be told one`);
        return paths.flatMap(([real, missing]) =>
          ids.map((id): [string, string] => [
            real.replace(`{${name}}`, id),
            missing.replace(`{${name}}`, id.replace(/[^_]*$/, NEVER_WAS)),
          ]),
        );
      },
      [[path, path]],
    );
  }

  function firstPathOf(operation: ServedOperation): [string, string] {
    const [first] = pathsOf(operation);
    if (!first) throw new Error(`${operation.path}: there is no path`);
    return first;
  }
});

function send(
  client: ApiClient,
  { method, operation }: ServedOperation,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer<unknown>> {
  const body = operation.requestBody ? '{}' : undefined;
  return client.send(method, path, body, {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...requiredHeaders(operation),
    ...headers,
  });
}

/** All of an answer but what differs from request to request. */
function comparable({ status, headers, body }: Answer<unknown>) {
  const told = [...headers].filter(([name]) => !HEADERS_OF_NO_INTEREST.includes(name));
  return { status, headers: told, body: { ...(body as object), request_id: '' } };
}
