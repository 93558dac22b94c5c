import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ManualClock, settled } from '../../test/support/manual-clock';
import type { BatchEntity } from '../batches/batch.entity';
import type { BatchesStore, BatchProgressFacts } from '../batches/batches.store';
import { BatchTransitions } from '../batches/batch-transitions';
import { BusyError } from '../common/busy-error';
import { Metrics } from '../metrics/metrics';
import type { Database } from '../persistence/database';
import type { Notifications } from '../persistence/notifications';
import { runInTransactionContext } from '../persistence/transaction-context';
import { BatchChanges } from './batch-changes';
import { NO_EVENT } from './batch-history';
import { EventStreams } from './event-streams';

const batch = (id: string, more: Partial<BatchEntity> = {}) =>
  ({
    id,
    ownerId: 'ada',
    status: 'in_progress',
    total: 4,
    completed: 0,
    failed: 0,
    createdAt: new Date(0),
    inProgressAt: new Date(1000),
    finalizingAt: null,
    cancellingAt: null,
    completedAt: null,
    failedAt: null,
    expiredAt: null,
    cancelledAt: null,
    ...more,
  }) as BatchEntity;

describe('EventStreams', () => {
  const server = createServer((_, answer) => asked(answer));
  const clients: Socket[] = [];
  let asked: (answer: ServerResponse) => void;
  let clock: ManualClock;
  let transitions: BatchTransitions;
  let streams: EventStreams;
  let metrics: Metrics;
  /** What a query finds, by id. */
  let rows: Map<string, BatchEntity>;
  let queries: (readonly string[])[];
  let fails: boolean;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  beforeEach(() => {
    [clock, transitions, rows, queries, fails] = [new ManualClock(), new BatchTransitions(), new Map(), [], false];
    metrics = new Metrics({}, clock);
    const database = { facts: { placement: { jobsSchema: 'jobs' }, embedded: true } } as unknown as Database;
    const changes = new BatchChanges(database, { hear: () => undefined } as unknown as Notifications, transitions);
    const listProgress = (ids: readonly string[]): Promise<BatchProgressFacts[]> => {
      queries.push(ids);
      if (fails) return Promise.reject(new Error('The database is away'));
      return Promise.resolve(ids.flatMap((id) => rows.get(id) ?? []));
    };
    const store = { listProgress } as unknown as BatchesStore;
    streams = new EventStreams({ maxEventStreams: 6 }, store, changes, clock, metrics);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await streams.beforeApplicationShutdown();
  });
  afterAll(() => server.close());

  /** A client on a socket of its own, and the answer that it is being sent. */
  async function client(): Promise<{ socket: Socket; answer: ServerResponse; text: () => string }> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(socket);
    let received = '';
    socket
      .on('data', (chunk) => (received = (received + chunk.toString()).slice(-20_000)))
      .on('error', () => undefined);
    const answer = new Promise<ServerResponse>((resolve) => (asked = resolve));
    socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    return { socket, answer: await answer, text: () => received };
  }

  /** A client that watches a batch which the rows have. */
  async function watch(id: string, lastId = NO_EVENT) {
    rows.set(id, rows.get(id) ?? batch(id));
    const made = await client();
    streams.open(rows.get(id)!, lastId, made.answer);
    await settled();
    return made;
  }

  /** A change of a batch's status, committed. */
  async function announce(id: string): Promise<void> {
    const transition = { batch: batch(id), from: 'in_progress', to: 'completed' } as const;
    const change = () => transitions.announce(transition, {} as EntityManager);
    for (const action of (await runInTransactionContext(change)).afterCommit) action();
  }

  const received = (one: { text: () => string }, what: string | RegExp) =>
    until(() => (typeof what === 'string' ? one.text().includes(what) : what.test(one.text())));

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await settled();
  }

  async function valueOf(name: string): Promise<number | undefined> {
    return (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value;
  }

  it('sends a comment after every fifteen seconds of silence, and an event counts as none', async () => {
    const one = await watch('a');
    await received(one, 'id: 2');
    await clock.forward(14_000, 1000);
    expect(one.text()).not.toMatch(/^:$/m);
    rows.set('a', batch('a', { completed: 1 }));
    await clock.forward(1000);
    await received(one, '"completed":1');
    await clock.forward(14_000, 1000);
    expect(one.text()).not.toMatch(/^:$/m);
    await clock.forward(1000);
    await received(one, /^:$/m);
    await clock.forward(30_000, 1000);
    await until(() => one.text().match(/^:$/gm)?.length === 3);
  });

  it('keeps the connections alive while the database is away, and goes on afterwards', async () => {
    const one = await watch('a');
    fails = true;
    await clock.forward(15_000, 1000);
    await received(one, /^:$/m);
    [fails, rows] = [false, new Map([['a', batch('a', { failed: 3 })]])];
    await clock.forward(1000);
    await received(one, '"failed":3');
  });

  it('asks once a second for all that are watched, whatever their number, and for nothing without a watcher', async () => {
    await clock.forward(5000, 1000);
    expect(queries).toEqual([]);
    const all = [await watch('a'), await watch('b'), await watch('b')];
    queries = [];
    await clock.forward(3000, 1000);
    expect(queries).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    for (const { socket } of all) socket.destroy();
    await until(() => all.every(({ answer }) => answer.destroyed));
    queries = [];
    await clock.forward(5000, 1000);
    expect([queries, clock.sleeping]).toEqual([[], 0]);
    await watch('a');
    await until(() => queries.length === 1);
  });

  it('reads at once when a watched batch changes, and not for another', async () => {
    const one = await watch('a');
    queries = [];
    await announce('z');
    await settled();
    expect(queries).toEqual([]);
    rows.set('a', batch('a', { status: 'completed', completedAt: new Date(9000), completed: 4 }));
    await announce('a');
    await received(one, /id: 5\ndata: .*"completed","at":9,"request_counts":{"total":4,"completed":4,"failed":0}}\n\n/);
    await until(() => one.answer.writableFinished);
    expect(clock.now()).toBe(0);
  });

  it('drops a client that does not read, and has kept no more for it than a buffer', async () => {
    // Long, so that the system's own buffers are soon full.
    const id = 'a'.repeat(4000);
    const [one, other] = [await watch(id), await watch(id)];
    one.socket.pause();
    let [completed, most] = [0, 0];
    while (!one.answer.destroyed) {
      rows.set(id, batch(id, { total: 1e9, completed: ++completed }));
      await announce(id);
      await received(other, `"completed":${completed},`);
      most = Math.max(most, one.answer.writableLength);
    }
    expect(most).toBeLessThan(one.answer.writableHighWaterMark + 5000);
    expect(await valueOf('meshbatch_event_streams_dropped_total')).toBe(1);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(1);
    expect(clock.now()).toBe(0);
  });

  it('are at most so many, and of one owner half; a place is free again when its client has gone', async () => {
    const first = await watch('a');
    for (const id of ['a', 'b']) await watch(id);
    const third = await client();
    expect(() => streams.open(batch('a'), NO_EVENT, third.answer)).toThrow(BusyError);
    expect(third.answer.headersSent).toBe(false);
    rows.set('c', batch('c', { ownerId: 'bob' }));
    await watch('c');
    first.socket.destroy();
    await until(() => first.answer.destroyed);
    streams.open(batch('a'), NO_EVENT, third.answer);
    await received(third, 'id: 2');
    expect(await valueOf('meshbatch_event_streams_refused_total')).toBe(1);
  });

  it('let go of all when a connection ends on which some waited for the one before', async () => {
    const first = await client();
    const answers = [first.answer];
    asked = (answer) => answers.push(answer);
    first.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(3));
    await until(() => answers.length === 4);
    for (const answer of answers.slice(0, 3)) streams.open(batch('a'), NO_EVENT, answer);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(3);
    first.socket.destroy();
    await until(() => first.answer.destroyed);
    await settled();
    expect(await valueOf('meshbatch_event_streams_open')).toBe(0);
    streams.open(batch('a'), NO_EVENT, answers[3]!);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(0);
    await clock.forward(1000);
    expect(clock.sleeping).toBe(0);
  });

  it('cut a client that does not read their end', async () => {
    const first = await client();
    const second = new Promise<ServerResponse>((resolve) => (asked = resolve));
    first.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    // Its end waits for the answer before it, as it would for a reader.
    streams.open(batch('a'), NO_EVENT, await second);
    await clock.forward(1000);
    expect((await second).writableEnded).toBe(true);
    await clock.forward(14_000, 1000);
    expect(first.answer.destroyed).toBe(false);
    await clock.forward(1000);
    await until(() => first.answer.destroyed);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(0);
  });

  it('cut a connection on which one that waits for the one before has more to tell than is kept', async () => {
    const id = 'a'.repeat(4000);
    rows.set(id, batch(id));
    const first = await client();
    const second = new Promise<ServerResponse>((resolve) => (asked = resolve));
    first.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    streams.open(rows.get(id)!, NO_EVENT, await second);
    for (let completed = 1; !first.answer.destroyed && completed < 100; completed++) {
      rows.set(id, batch(id, { completed }));
      await announce(id);
      await settled();
    }
    expect(first.answer.destroyed).toBe(true);
    expect(await valueOf('meshbatch_event_streams_dropped_total')).toBe(1);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(0);
  });

  it('take no place for a client that had gone before', async () => {
    const gone = await client();
    gone.socket.destroy();
    await until(() => gone.answer.destroyed);
    streams.open(batch('a'), NO_EVENT, gone.answer);
    expect(await valueOf('meshbatch_event_streams_open')).toBe(0);
  });

  it('end with their batch, after an hour, and with the application, which takes no more', async () => {
    const [deleted, old] = [await watch('a'), await watch('b')];
    rows.delete('a');
    await clock.forward(1000);
    await until(() => deleted.answer.writableFinished);
    await clock.forward(3_598_000, 1000);
    expect(old.answer.writableEnded).toBe(false);
    await clock.forward(1000);
    await until(() => old.answer.writableFinished);

    const last = await watch('b');
    await streams.beforeApplicationShutdown();
    await until(() => last.answer.writableFinished);
    const late = await client();
    expect(() => streams.open(batch('b'), NO_EVENT, late.answer)).toThrow(BusyError);
    expect(clock.sleeping).toBe(0);
  });
});
