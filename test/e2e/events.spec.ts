import { Client } from 'pg';
import { freePort } from '../support/free-port';
import { samplesOf } from '../support/metric-samples';
import { expectRefusal } from '../support/service/envelope';
import { chatItems } from '../support/service/api-client';
import { EventReader } from '../support/service/event-reader';
import { createKey } from '../support/service/keys-command';
import { eventually } from '../support/service/leftovers';
import { OpenAiService } from '../support/service/openai-service';
import { storeKeys } from '../support/service/stored-keys';
import { DATABASE_KINDS, TEST_KEY, TestService } from '../support/service/test-service';
import { FULL_TIER, sampled } from '../support/tier';
import { inFullTier } from '../support/full-tier-case';

/** Other connections that listen, whose last statement was to say so. */
const LISTENERS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`;
const PROMPTS = ['a', 'b', 'c', 'd'];

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'embedded'))('events of a batch, %s database', (database) => {
  let openai: OpenAiService;

  beforeAll(async () => {
    openai = await OpenAiService.start({ database });
  });
  afterAll(() => openai.dispose());

  const open = (id: string, options?: { lastId?: string; query?: string }) =>
    EventReader.ofBatch(openai.service.url, TEST_KEY, id, options);

  async function create(): Promise<string> {
    const { status, body } = await openai.service.client().create({ requests: chatItems(PROMPTS) });
    expect(status).toBe(200);
    return body.id;
  }

  it('tell every status and the counts while it runs, and end with it', async () => {
    const { simulator } = openai;
    simulator.hold('in_progress', 2);
    const id = await create();
    const reader = await open(id);
    expect(reader.response.status).toBe(200);
    expect(Object.fromEntries(reader.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String) as string,
    });
    expect(reader.response.headers.get('content-encoding')).toBeNull();

    const half = await reader.until('half of it', ({ data }) => data.request_counts.completed === 2);
    expect(half).toMatchObject({
      id: null,
      data: { id, status: 'in_progress', request_counts: { total: 4, failed: 0 } },
    });
    simulator.release();
    const last = await reader.toTheEnd();
    expect(reader.endedWell).toBe(true);
    expect(reader.retryMs).toBeGreaterThan(0);
    const batch = await openai.service.client().get(id);
    expect(last.data).toEqual({
      id,
      status: 'completed',
      at: batch.completed_at,
      request_counts: batch.request_counts,
    });
    expect(reader.told[0]).toBe('1 validating');
    expect(reader.told.slice(1).filter((told) => told !== '3 finalizing')).toEqual(['2 in_progress', '5 completed']);
  });

  it('go on behind the last one that a client had, and are over with 204', async () => {
    const id = await create();
    await openai.service.client().waitFor(id, ['completed']);
    const whole = await open(id);
    await whole.toTheEnd();
    const told = whole.told.filter((each) => each !== '3 finalizing');
    expect(told).toEqual(['1 validating', '2 in_progress', '5 completed']);
    for (const [index, { id: lastId }] of whole.events.slice(0, -1).entries()) {
      for (const options of [{ lastId: lastId ?? '' }, { query: `?last_event_id=${lastId}` }]) {
        const rest = await open(id, options);
        await rest.toTheEnd();
        expect(rest.events).toEqual(whole.events.slice(index + 1));
      }
    }
    const over = await open(id, { lastId: '5' });
    expect([over.response.status, await over.response.text()]).toEqual([204, '']);
    // What a browser that comes back says counts, not the address that it was given first.
    expect((await open(id, { lastId: '5', query: '?last_event_id=1' })).response.status).toBe(204);
    const unknown = await open(id, { lastId: 'of-somebody-else' });
    await unknown.toTheEnd();
    expect(unknown.events).toEqual(whole.events);
  });

  inFullTier('begin at once with where it stands, and tell of a cancel', async () => {
    const { simulator, service } = openai;
    simulator.hold('in_progress', 1);
    const id = await create();
    await service.client().waitFor(id, ['in_progress']);
    const reader = await open(id, { lastId: '2' });
    expect((await reader.until('the present', () => true)).data).toMatchObject({ id, status: 'in_progress' });
    expect(reader.told).toEqual([]);
    await service.client().cancel(id);
    await reader.status('cancelling');
    await simulator.waitForBatch((batch) => batch.status === 'cancelling' || batch.status === 'cancelled');
    simulator.release();
    await reader.toTheEnd();
    expect(reader.told).toEqual(['4 cancelling', '5 cancelled']);
  });

  it('are refused as on any route, and asked for their head alone', async () => {
    const id = await create();
    const api = openai.service.client();
    expectRefusal(await api.send('GET', `/v1/batches/${id}/events?last_event_id=6`), 422, 'validation_error');
    const stranger = await createKey(openai.service, 'stranger');
    expectRefusal(await openai.service.client(stranger.key).send('GET', `/v1/batches/${id}/events`), 404, 'not_found');
    const head = await api.send('HEAD', `/v1/batches/${id}/events`);
    expect([head.status, head.headers.get('content-type'), head.body]).toEqual([200, 'text/event-stream', null]);
    await api.waitFor(id, ['completed']);
  });

  // That the next process goes on is shown on a server by the cluster too.
  (FULL_TIER || database === 'embedded' ? it : it.skip)(
    'end in order with the process, and go on at the next',
    async () => {
      const { simulator, service } = openai;
      simulator.hold('in_progress', 1);
      const id = await create();
      const reader = await open(id);
      await reader.status('in_progress');
      expect(await service.stop()).toBe(0);
      await reader.over;
      expect(reader.endedWell).toBe(true);
      await service.start();
      const next = await open(id, { lastId: reader.lastId ?? '' });
      simulator.release();
      await next.toTheEnd();
      expect(reader.told).toEqual(['1 validating', '2 in_progress']);
      expect(next.told.filter((told) => told !== '3 finalizing')).toEqual(['5 completed']);
    },
  );
});

describe('streams of events', () => {
  let service: TestService;
  let metricsPort: number;

  beforeAll(async () => {
    metricsPort = await freePort();
    // Nobody listens there, so the batch does not end.
    const upstream = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };
    const env = { ...upstream, MAX_EVENT_STREAMS: '4', METRICS_PORT: `${metricsPort}` };
    service = await TestService.start({ database: 'server', env });
  });
  afterAll(() => service.dispose());

  const samples = async () =>
    Object.fromEntries(samplesOf(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()));

  it('are so many and no more, of one owner half of them, and are counted', async () => {
    const [second = '', third = ''] = await storeKeys(service, 'others', [{}, {}]);
    const batchOf = async (key: string) => (await service.client(key).create({ requests: chatItems(['x']) })).body.id;
    const [mine, theirs] = [await batchOf(TEST_KEY), await batchOf(second)];
    const open = (key: string, id: string) => EventReader.ofBatch(service.url, key, id);
    const readers = [await open(TEST_KEY, mine), await open(TEST_KEY, mine)];
    const refused = await service.client().send('GET', `/v1/batches/${mine}/events`);
    expectRefusal(refused, 503, 'service_unavailable');
    expect(refused.headers.get('retry-after')).toBe('1');
    // Keys of one owner share its half.
    readers.push(await open(second, theirs), await open(third, theirs));
    expect((await open(third, theirs)).response.status).toBe(503);
    expect(readers.map(({ response }) => response.status)).toEqual([200, 200, 200, 200]);
    await Promise.all(readers.map((reader) => reader.until('its beginning', () => true)));
    expect(await samples()).toMatchObject({
      meshbatch_event_streams_open: 4,
      meshbatch_event_streams_limit: 4,
      meshbatch_event_streams_refused_total: 2,
      meshbatch_event_streams_dropped_total: 0,
    });
    expect((await samples()).meshbatch_events_sent_total).toBeGreaterThanOrEqual(4);
    await readers[0]?.close();
    await eventually('its place is free', async () => (await samples()).meshbatch_event_streams_open === 3);
    const again = await open(TEST_KEY, mine);
    expect(again.response.status).toBe(200);
    await Promise.all([...readers, again].map((reader) => reader.close()));
    await eventually('all are free', async () => (await samples()).meshbatch_event_streams_open === 0);
  });

  it('hear by one connection for all of them, on a channel of the installation', async () => {
    const client = new Client(service.databaseUrl ?? '');
    await client.connect();
    try {
      const heard: string[] = [];
      client.on('notification', ({ payload }) => heard.push(payload ?? ''));
      await client.query('LISTEN meshbatch_jobs_events');
      const { body } = await service.client().create({ requests: chatItems(['x']) });
      const readers = await Promise.all([1, 2].map(() => EventReader.ofBatch(service.url, TEST_KEY, body.id)));
      const listening = async () => (await client.query<{ pid: number }>(LISTENERS)).rows;
      expect(await listening()).toHaveLength(1);
      // What is told while the connection is lost is found by reading, and there is a new connection soon.
      const [lost] = await listening();
      await client.query('SELECT pg_terminate_backend($1)', [lost?.pid]);
      await service.client().cancel(body.id);
      await Promise.all(readers.map((reader) => reader.toTheEnd()));
      await eventually('it listens again', async () => (await listening()).length === 1);
      await eventually('every change was told', async () => heard.length >= readers[0]!.told.length);
      expect(new Set(heard)).toEqual(new Set([body.id]));
    } finally {
      await client.end();
    }
  });

  it('end when their batch is deleted', async () => {
    const { body } = await service.client().create({ requests: chatItems(['x']) });
    const reader = await EventReader.ofBatch(service.url, TEST_KEY, body.id);
    await reader.until('its beginning', () => true);
    const client = new Client(service.databaseUrl ?? '');
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('DELETE FROM meshbatch_parts WHERE batch_id = $1', [body.id]);
      await client.query('DELETE FROM meshbatch_files WHERE batch_id = $1', [body.id]);
      await client.query('DELETE FROM meshbatch_batches WHERE id = $1', [body.id]);
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
    await reader.over;
    expect([reader.endedWell, reader.told]).toEqual([true, ['1 validating']]);
    const again = await service.client().send('GET', `/v1/batches/${body.id}/events`);
    expectRefusal(again, 404, 'not_found');
  });
});
