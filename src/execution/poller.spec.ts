import type { DataSource, Logger } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { storeRunning } from '../../test/support/execution/running-jobs';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { eventually } from '../../test/support/service/leftovers';
import { BatchEntity } from '../batches/batch.entity';
import { PartEntity } from '../batches/part.entity';
import { PartsStore } from '../batches/parts.store';
import { PollsStore } from '../batches/polls.store';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import type { ProviderAdapter, RemoteBatch } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { ProviderPauses } from '../providers/provider-pauses';
import { ProviderRegistry } from '../providers/provider-registry';
import { PartLeases, type LeasedPart } from './part-leases';
import type { PartRunner } from './part-runner';
import { PollInterval } from './poll-interval';
import { Poller } from './poller';
import { PollsUnderWay } from './polls-under-way';

const POLL_MS = 30_000;

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('Poller on %s', (_, make: () => Promise<TestDatabase>) => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let poller: Poller;
  let leases: PartLeases;
  let statements = 0;
  let advanced: [partId: string, answer: LeasedPart['answer']][] = [];

  beforeAll(async () => {
    opened = await make();
    rows = await openRows(opened);
  });
  beforeEach(async () => {
    await rows.manager.createQueryBuilder().delete().from(BatchEntity).execute();
    advanced = [];
  });
  afterEach(async () => {
    leases.abortAll();
    await poller.stop();
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  const dueNow = () => new Date(clock.now());
  const due = async () => {
    const parts = await rows.manager.find(PartEntity, {
      select: { provider: true, dueAt: true, leaseExpiresAt: true },
    });
    return parts.filter((part) => part.dueAt.getTime() <= clock.now() || part.leaseExpiresAt !== null);
  };
  const answer = (id: string, counts: RemoteBatch['counts']): RemoteBatch => ({
    ...{ id, state: 'in_progress', errors: [], retryable: false, counts },
  });

  /** Starts a poller whose providers answer as given; what it hands on for a full step is kept. */
  function start(providers: Record<string, ProviderAdapter['poll']>): void {
    const [database, random] = [testDatabase(rows), new SystemRandom()];
    const parts = new PartsStore(database, clock, new Ids(clock, random));
    const polls = new PollsStore(database, parts, clock);
    const adapters = Object.entries(providers).map(([id, poll]) => ({ id, poll }) as ProviderAdapter);
    const registry = new ProviderRegistry(adapters, { providers: [], models: [] });
    leases = new PartLeases(parts, clock);
    const runner = {
      advanceClaimed: async ({ partId }: { partId: string }, told: LeasedPart['answer']) =>
        void advanced.push([partId, told]),
    } as unknown as PartRunner;
    const pauses = new ProviderPauses(database, clock);
    const interval = new PollInterval({ pollIntervalMs: POLL_MS }, random, clock);
    poller = new Poller(
      polls,
      new PollsUnderWay(polls, registry, runner, leases, interval, clock),
      leases,
      pauses,
      clock,
    );
    rows.setOptions({ logging: ['query'], logger: { logQuery: () => void (statements += 1) } as unknown as Logger });
    statements = 0;
    poller.start();
  }

  it('polls a thousand jobs in statements whose number is that of its rounds', async () => {
    await storeRunning(rows, { provider: 'acme', batches: 1000, dueAt: dueNow() });
    const polled = new Map<string, number>();
    start({
      acme: (id) => {
        polled.set(id, (polled.get(id) ?? 0) + 1);
        return Promise.resolve(answer(id, { total: 10, succeeded: 5, failed: 0 }));
      },
    });
    await eventually('all are polled', async () => polled.size === 1000);
    leases.abortAll();
    await poller.stop();
    // 200 a round: a claim, and a transaction of three statements. One statement a job would be a thousand.
    expect(statements).toBeGreaterThan(10);
    expect(statements).toBeLessThan(100);
    expect(await due()).toEqual([]);
    expect([...new Set(polled.values())]).toEqual([1]);
    expect(advanced).toEqual([]);
  });

  it('polls the jobs of one provider while another keeps silent', async () => {
    await storeRunning(rows, { provider: 'silent', batches: 300, dueAt: new Date(clock.now() - POLL_MS) });
    await storeRunning(rows, { provider: 'acme', batches: 30, dueAt: dueNow() });
    let waiting = 0;
    start({
      silent: (_id, signal) => {
        waiting += 1;
        return new Promise((_answered, fail) =>
          signal.addEventListener('abort', () => fail(new Error('The process is stopping')), { once: true }),
        );
      },
      acme: (id) => Promise.resolve(answer(id, null)),
    });
    await eventually('the others are polled', async () => (await due()).every(({ provider }) => provider === 'silent'));
    expect(waiting).toBe(200);
    leases.abortAll();
    await poller.stop();
    // Whoever works next finds them at once, and no failure of theirs.
    const left = await rows.manager.findBy(PartEntity, { provider: 'silent' });
    expect(left.filter((part) => part.leaseExpiresAt !== null || part.failures > 0)).toEqual([]);
    expect(advanced).toEqual([]);
  });

  it('hands on what an adapter throws before it has a promise, and counts that are none', async () => {
    await storeRunning(rows, { provider: 'acme', batches: 3, dueAt: dueNow() });
    start({
      acme: (id) => {
        if (id === 'acme-0.0') throw new TypeError('thrown at once');
        const none = 'n/a' as unknown as number;
        const counts = id === 'acme-1.0' ? { total: none, succeeded: none, failed: none } : null;
        return Promise.resolve(answer(id, counts));
      },
    });
    await eventually('both are handed on', async () => advanced.length === 2);
    expect(advanced.map(([partId]) => partId).sort()).toEqual(['acme-0.0', 'acme-1.0']);
    await eventually('the third is written', async () => (await due()).length === 2);
  });

  it('hands on, with its answer, whatever is more than counts', async () => {
    await storeRunning(rows, { provider: 'acme', batches: 5, dueAt: dueNow() });
    await storeRunning(rows, { provider: 'gone', batches: 1, dueAt: dueNow() });
    await rows.manager.update(PartEntity, { id: 'acme-3.0' }, { stopReason: 'cancelled' });
    await rows.manager.update(PartEntity, { id: 'acme-4.0' }, { remoteState: 'completed' });
    const failure = new ProviderCallError('acme', 'ambiguous', 'The provider answered 503');
    const asked: string[] = [];
    start({
      acme: async (id) => {
        asked.push(id);
        if (id === 'acme-1.0') throw failure;
        const state = { 'acme-2.0': 'finalizing', 'acme-4.0': 'completed' } as const;
        return { ...answer(id, null), state: state[id as keyof typeof state] ?? 'in_progress' };
      },
    });
    await eventually('all are handed on', async () => advanced.length === 5);
    expect(asked.sort()).toEqual(['acme-0.0', 'acme-1.0', 'acme-2.0', 'acme-4.0']);
    expect(new Map(advanced)).toEqual(
      new Map<string, unknown>([
        ['acme-1.0', { status: 'rejected', reason: failure }],
        ['acme-2.0', { status: 'fulfilled', value: { ...answer('acme-2.0', null), state: 'finalizing' } }],
        ['acme-3.0', undefined],
        ['acme-4.0', { status: 'fulfilled', value: { ...answer('acme-4.0', null), state: 'completed' } }],
        ['gone-0.0', undefined],
      ]),
    );
  });
});
