import { Client } from 'pg';
import { freePort } from '../../support/free-port';
import { samplesOf } from '../../support/metric-samples';
import { chatItems } from '../../support/service/api-client';
import { eventually } from '../../support/service/leftovers';
import { RawConnection } from '../../support/service/raw-connection';
import { ownerKey } from '../../support/service/stored-keys';
import { TestService } from '../../support/service/test-service';

/** Of every route that makes or examines what a create does. */
const ROUTES = [
  '/v1/batches',
  '/v1/batches/validate',
  '/v1/batches/batch_x/retry',
  '/v1/files',
  '/openai/v1/batches',
  '/openai/v1/batches/validate',
  '/openai/v1/files',
];
const UNKNOWN = `rsk_${'none'.repeat(10)}`;

describe('a process whose places are all taken', () => {
  let service: TestService;
  let metricsPort: number;
  let blocker: Client;
  let made: Promise<{ status: number }>;

  beforeAll(async () => {
    metricsPort = await freePort();
    const env = { MAX_CONCURRENT_CREATES: '2', METRICS_PORT: `${metricsPort}` };
    service = await TestService.start({ database: 'server', env });
    const other = service.client(await ownerKey(service, 'other'));
    blocker = new Client({ connectionString: service.databaseUrl! });
    await blocker.connect();
    // Creates wait here, behind their key.
    await blocker.query('BEGIN; SELECT FROM meshbatch_owners FOR UPDATE');
    const body = { requests: chatItems(['one'], 'sandbox/echo') };
    made = Promise.all([service.client().create(body), other.create(body)]).then(([{ status }]) => ({ status }));
    await eventually('both are worked on', async () => (await samples()).get('meshbatch_creates_working') === 2);
  });
  afterAll(async () => {
    await blocker.end();
    await service.dispose();
  });

  const samples = async () => samplesOf(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());

  /** What one is answered who waits for leave to send a body. */
  async function answerOf(path: string, ...headers: string[]) {
    const connection = await RawConnection.open(service.url);
    const body = ['Expect: 100-continue', 'Content-Type: application/json', 'Content-Length: 100'];
    connection.head(`POST ${path}`, `Authorization: Bearer ${UNKNOWN}`, ...body, ...headers);
    const { status, head } = await connection.answer();
    connection.close();
    return { status, retryAfter: /\r\nretry-after: (\d+)\r\n/i.exec(head)?.[1] };
  }

  it.each(ROUTES)('refuses POST %s before it looks at the key', async (path) => {
    expect(await answerOf(path)).toEqual({ status: 503, retryAfter: '1' });
  });

  it('refuses a create of the Messages API in its words', async () => {
    const answer = await answerOf('/v1/messages/batches', 'anthropic-version: 2023-06-01');
    expect(answer).toEqual({ status: 529, retryAfter: '1' });
  });

  it('has asked the database nothing for them, and serves all else', async () => {
    expect((await samples()).get('meshbatch_refused_keys_total{reason="wrong"}') ?? 0).toBe(0);
    expect((await service.client(UNKNOWN).send('GET', '/v1/models')).status).toBe(401);
    expect((await service.client().send('GET', '/v1/models')).status).toBe(200);
  });

  it('looks at the key again once there is room', async () => {
    await blocker.query('COMMIT');
    expect(await made).toEqual({ status: 200 });
    expect((await answerOf('/v1/batches')).status).toBe(401);
  });
});
