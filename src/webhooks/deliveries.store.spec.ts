import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { DeliveriesStore, type Busy } from './deliveries.store';
import { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { WebhookEndpointEntity } from './webhook-endpoint.entity';

const DAY = 24 * 3_600_000;
const LEASE_MS = 10_000;
const NOBODY: Busy = { endpoints: [], owners: [] };

describe('DeliveriesStore', () => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let store: DeliveriesStore;

  beforeAll(async () => {
    opened = await serverDatabase();
    rows = await openRows(opened);
    store = new DeliveriesStore(testDatabase(rows), clock);
    const endpoint = { url: 'https://a.example/', events: [], description: null, secret: 'v1.', createdAt: new Date() };
    for (const id of ['whk_1', 'whk_2'])
      await rows.manager.insert(WebhookEndpointEntity, { ...endpoint, id, ownerId: id });
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });
  afterEach(() => rows.manager.createQueryBuilder().delete().from(WebhookDeliveryEntity).execute());

  const insert = (id: string, patch: Partial<WebhookDeliveryEntity> = {}) =>
    rows.manager.insert(WebhookDeliveryEntity, {
      id,
      endpointId: 'whk_1',
      ownerId: patch.endpointId ?? 'whk_1',
      type: 'webhook.test',
      payload: '{}',
      status: 'pending',
      dueAt: new Date(clock.now()),
      createdAt: new Date(clock.now()),
      ...patch,
    });
  const find = (id: string) => rows.manager.findOneByOrFail(WebhookDeliveryEntity, { id });
  const due = async (busy = NOBODY) => (await store.listDue(10, busy)).map(({ id }) => id);

  it('lists what is due and nobody has, but for those who are busy', async () => {
    const later = new Date(clock.now() + 1000);
    await insert('a');
    await insert('b', { endpointId: 'whk_2' });
    await insert('c', { dueAt: later });
    await insert('d', { status: 'failed' });
    await insert('e', { leaseExpiresAt: later });
    expect((await due()).sort()).toEqual(['a', 'b']);
    expect(await due({ endpoints: ['whk_1'], owners: [] })).toEqual(['b']);
    expect(await due({ endpoints: [], owners: ['whk_2'] })).toEqual(['a']);
    clock.forward(1000);
    expect((await due()).sort()).toEqual(['a', 'b', 'c', 'e']);
  });

  it('gives a delivery to one of those who claim it at once, until its lease has passed', async () => {
    for (const id of ['a', 'b', 'c']) await insert(id);
    const claims = await Promise.all([1, 2, 3].map(() => store.claim(['a', 'b', 'c'], LEASE_MS)));
    expect(
      claims
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect(await store.claim(['a'], LEASE_MS)).toEqual([]);
    clock.forward(LEASE_MS);
    expect(await store.claim(['a'], LEASE_MS)).toMatchObject([{ id: 'a', attempts: 2 }]);
  });

  it('lets nobody note an attempt after which another one has begun', async () => {
    await insert('a');
    const [first] = await store.claim(['a'], LEASE_MS);
    clock.forward(LEASE_MS);
    const [second] = await store.claim(['a'], LEASE_MS);
    await store.settle(first!, { status: 'failed', lastError: 'late' });
    expect(await find('a')).toMatchObject({ status: 'pending', lastError: null });
    await store.settle(second!, { status: 'delivered' });
    expect(await find('a')).toMatchObject({ status: 'delivered', leaseExpiresAt: null });
  });

  it('forgets what has ended and is old, a number at a time', async () => {
    const old = { createdAt: new Date(clock.now() - 31 * DAY) };
    for (const id of ['a', 'b', 'c']) await insert(id, { ...old, status: id === 'a' ? 'failed' : 'delivered' });
    await insert('d', old);
    await insert('e', { status: 'delivered' });
    expect(await store.deleteOld(30 * DAY, 2)).toBe(2);
    expect(await store.deleteOld(30 * DAY, 2)).toBe(1);
    expect((await rows.manager.find(WebhookDeliveryEntity)).map(({ id }) => id).sort()).toEqual(['d', 'e']);
  });

  it('goes with its endpoint', async () => {
    await insert('a', { endpointId: 'whk_2' });
    await rows.manager.delete(WebhookEndpointEntity, { id: 'whk_2' });
    expect(await rows.manager.count(WebhookDeliveryEntity)).toBe(0);
  });
});
