import { chatItems, type ErrorBody } from '../../support/service/api-client';
import { holdings } from '../../support/service/leftovers';
import { RawConnection } from '../../support/service/raw-connection';
import { TEST_KEY, TestService } from '../../support/service/test-service';

const ONE = JSON.stringify({ requests: chatItems(['one'], 'sandbox/echo') });

/** What a create is answered whose client waits for leave to send its body; fails when it gets that. */
async function refusalOf(service: TestService, key = TEST_KEY) {
  const connection = await RawConnection.open(service.url);
  const headers = [`Authorization: Bearer ${key}`, 'Content-Type: application/json', `Content-Length: ${ONE.length}`];
  connection.head('POST /v1/batches', 'Expect: 100-continue', ...headers);
  const { status, head, body } = await connection.answer();
  connection.close();
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const { error } = JSON.parse(body) as ErrorBody;
  return { status, code: error.code, retryAfter: /\r\nretry-after: (\d+)\r\n/i.exec(head)?.[1] };
}

describe('a disk below its floor', () => {
  let service: TestService;

  beforeAll(async () => {
    const env = { MIN_FREE_DISK_BYTES: `${Number.MAX_SAFE_INTEGER}` };
    service = await TestService.start({ database: 'server', env });
  });
  afterAll(() => service.dispose());

  it('refuses creates before their body, leaves nothing, and serves all else', async () => {
    expect(await refusalOf(service)).toEqual({ status: 507, code: 'insufficient_storage', retryAfter: '60' });
    expect(await holdings(service)).toMatchObject({ batches: 0, files: 0, blobs: [] });
    expect((await service.client().send('GET', '/v1/batches')).status).toBe(200);
  });
});
