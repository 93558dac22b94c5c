import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../support/free-port';
import { samplesOf } from '../../support/metric-samples';
import { expectRefusal } from '../../support/service/envelope';
import { chatItems, type ErrorBody } from '../../support/service/api-client';
import { blobsOf, eventually, holdings } from '../../support/service/leftovers';
import { RawConnection } from '../../support/service/raw-connection';
import { ownerKey } from '../../support/service/stored-keys';
import { TEST_KEY, TestService } from '../../support/service/test-service';

/** Nobody listens there, so these batches do not end. */
const UNREACHABLE = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };
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

describe('connections', () => {
  const LIMIT = 20;
  let service: TestService;
  let metricsPort: number;

  beforeAll(async () => {
    metricsPort = await freePort();
    const env = { MAX_CONNECTIONS: `${LIMIT}`, METRICS_PORT: `${metricsPort}`, DATABASE_POOL_SIZE: '4' };
    service = await TestService.start({ database: 'server', env });
  });
  afterAll(() => service.dispose());

  it('of clients are closed beyond their number, and served again when others have gone', async () => {
    const sockets = Array.from({ length: LIMIT + 10 }, () => connect(Number(new URL(service.url).port), '127.0.0.1'));
    let closed = 0;
    for (const socket of sockets) socket.on('error', () => {}).on('close', () => closed++);
    await eventually('those beyond the limit are closed', async () => closed === 10);
    expect(await samples()).toMatchObject({
      meshbatch_http_connections: LIMIT,
      meshbatch_http_connections_limit: LIMIT,
      meshbatch_http_connections_dropped_total: 10,
    });
    for (const socket of sockets) socket.destroy();
    await eventually('the others are gone', async () => (await samples()).meshbatch_http_connections === 0);
    expect((await service.client().send('GET', '/v1/batches')).status).toBe(200);
  });

  it('to the database are no more than their number, and counted', async () => {
    const blocker = new Client({ connectionString: service.databaseUrl! });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE meshbatch_batches');
    const asked = Array.from({ length: 15 }, () => service.client().send('GET', '/v1/batches'));
    const blocked = `SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted`;
    // The fourth connection listens.
    await eventually('three wait for the table', async () => {
      const { rows } = await blocker.query<{ waiting: number }>(blocked);
      return rows[0]!.waiting >= 3;
    });
    // A scrape looks at once, and is answered when the rest of it has had its turn at the database.
    const scraped = samples();
    await sleep(300);
    await blocker.end();
    const told = await scraped;
    expect(told).toMatchObject({ meshbatch_database_connections: 4, meshbatch_database_connections_limit: 4 });
    expect(told.meshbatch_database_waiting).toBeGreaterThan(0);
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
  });

  const samples = async () =>
    Object.fromEntries(samplesOf(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()));
});

describe('the bytes that an owner has stored', () => {
  let service: TestService;

  beforeAll(async () => {
    const limits = { STORED_BYTES_PER_OWNER: '1000', BATCH_LIMIT_PER_OWNER: '50' };
    service = await TestService.start({ database: 'server', env: { ...UNREACHABLE, ...limits } });
  });
  afterAll(() => service.dispose());

  it('are those of inputs and results; the limit is exact, and refuses before a body when it is reached', async () => {
    const api = service.client();
    expectRefusal(await api.create(bodyOf(1001, 'sandbox/echo')), 429, 'storage_limit_exceeded');
    // The input alone is below the limit, with its result it is above.
    const { body } = await api.create(bodyOf(600, 'sandbox/echo'));
    await api.waitFor(body.id, ['completed']);
    const refusal = { status: 429, code: 'storage_limit_exceeded', retryAfter: undefined };
    expect(await refusalOf(service)).toEqual(refusal);
    expect(await holdings(service)).toMatchObject({ batches: 1 });
  });

  it('let no more of many creates at once of another owner through than there is room for', async () => {
    const api = service.client(await ownerKey(service, 'other'));
    const { body } = await api.create(bodyOf(200, 'gpt-4o-mini'));
    const { bytes } = (await api.send<{ bytes: number }>('GET', `/v1/files/${body.input_file_id}`)).body;
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.create(bodyOf(200, 'gpt-4o-mini'))));
    const more = Math.floor(1000 / bytes) - 1;
    expect(more).toBeGreaterThan(1);
    const statuses = [...Array<number>(more).fill(200), ...Array<number>(10 - more).fill(429)];
    expect(answers.map(({ status }) => status).sort()).toEqual(statuses);
    expect((await blobsOf(service)).filter((key) => key.endsWith('input.jsonl'))).toHaveLength(2 + more);
  });
});

/** A batch whose input takes that many bytes, or some more. */
function bodyOf(bytes: number, model: string): object {
  const item = (text: string) => chatItems([text], model);
  return { requests: item('x'.repeat(bytes - JSON.stringify(item('')[0]).length - 1)) };
}
