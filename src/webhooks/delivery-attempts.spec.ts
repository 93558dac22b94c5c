import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { MovableClock } from '../../test/support/execution/movable-clock';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { SystemRandom } from '../common/random';
import { Metrics } from '../metrics/metrics';
import { DeliveriesStore } from './deliveries.store';
import { DeliveryAttempts } from './delivery-attempts';
import type { DeliveryRequest } from './delivery-request';
import { EndpointsStore } from './endpoints.store';
import { RetryPlan } from './retry-plan';
import { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { WebhookEndpointEntity, type DisabledReason } from './webhook-endpoint.entity';
import { WebhookMetrics } from './webhook-metrics';
import type { WebhookSecrets } from './webhook-secrets';

const ENDPOINT = { id: 'whk_1', ownerId: 'ada', url: 'https://old.example/', events: [], secret: 'v1.' };

describe('DeliveryAttempts, of an endpoint that says it is gone', () => {
  const clock = new MovableClock();
  let opened: TestDatabase;
  let rows: DataSource;
  let store: DeliveriesStore;
  /** What the owner does while the endpoint is being asked. */
  let meanwhile: Partial<WebhookEndpointEntity> | null;
  let attempts: DeliveryAttempts;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    opened = await serverDatabase();
    rows = await openRows(opened);
    const database = testDatabase(rows);
    store = new DeliveriesStore(database, clock);
    const endpoints = new EndpointsStore(database);
    const send = async () => {
      if (meanwhile) await rows.manager.update(WebhookEndpointEntity, { id: 'whk_1' }, meanwhile);
      return { statusCode: 410, error: 'The endpoint answered 410', retryAfterMs: null };
    };
    const request = { timeoutMs: 1000, send } as unknown as DeliveryRequest;
    const secrets = { of: () => ['whsec_'] } as unknown as WebhookSecrets;
    const metrics = new WebhookMetrics({}, new Metrics({}, clock), store);
    const plan = new RetryPlan({}, new SystemRandom());
    attempts = new DeliveryAttempts(request, store, endpoints, secrets, plan, metrics, database, clock);
  });
  beforeEach(async () => {
    await rows.manager.insert(WebhookEndpointEntity, { ...ENDPOINT, createdAt: new Date() });
    const now = new Date(clock.now());
    const delivery = { endpointId: 'whk_1', ownerId: 'ada', type: 'webhook.test', payload: '{}' } as const;
    for (const id of ['a', 'b'])
      await rows.manager.insert(WebhookDeliveryEntity, {
        ...delivery,
        id,
        status: 'pending',
        dueAt: now,
        createdAt: now,
      });
  });
  afterEach(() => rows.manager.delete(WebhookEndpointEntity, { id: 'whk_1' }));
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  it.each<[string, Partial<WebhookEndpointEntity> | null, DisabledReason | null, string]>([
    ['disables it and ends what waits for it', null, 'gone', 'failed'],
    ['leaves it open when its owner has moved it meanwhile', { url: 'https://new.example/' }, null, 'pending'],
    ['leaves it as its owner has disabled it meanwhile', { disabledReason: 'requested' }, 'requested', 'pending'],
  ])('%s', async (_, change, disabledReason, other) => {
    meanwhile = change;
    const [delivery] = await store.claim(['a'], attempts.leaseMs);
    await attempts.make(delivery!, new AbortController().signal);
    expect(await rows.manager.findOneBy(WebhookEndpointEntity, { id: 'whk_1' })).toMatchObject({ disabledReason });
    const found = await rows.manager.find(WebhookDeliveryEntity, { order: { id: 'ASC' } });
    expect(found.map(({ status }) => status)).toEqual(['failed', other]);
    expect(found[0]).toMatchObject({ lastStatusCode: 410 });
  });
});
