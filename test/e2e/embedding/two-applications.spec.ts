import type { INestApplication } from '@nestjs/common';
import { BatchEvents, type BatchEvent } from '../../../src';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';

describe('two applications in one process', () => {
  const grounds: HostGround[] = [];
  const apps: INestApplication[] = [];

  beforeAll(async () => {
    for (const platform of ['express', 'fastify'] as const) {
      const ground = await hostGround();
      grounds.push(ground);
      const meshbatch = await embedOn(ground, { quota: { batchLimitPerOwner: platform === 'express' ? 1 : 2 } });
      apps.push(await startHost({ platform, meshbatch, globalPrefix: platform }));
    }
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    for (const ground of grounds) await ground.close();
  });
  const client = (index: number) =>
    new HostClient(urlOf(apps[index]!), 'ada', `/${index === 0 ? 'express' : 'fastify'}/llm/v1`);

  it('share no batch, limit, route or event', async () => {
    const seen: BatchEvent[][] = apps.map((app) => {
      const events: BatchEvent[] = [];
      app.get(BatchEvents).stream.subscribe((event) => events.push(event));
      return events;
    });
    const [first, second] = await Promise.all([client(0).run(['one']), client(1).run(['two'])]);
    expect((await client(0).send('GET', `/batches/${second.id}`)).status).toBe(404);
    expect((await client(1).send('GET', `/batches/${first.id}`)).status).toBe(404);
    const limits = await Promise.all([0, 1].map(async (index) => limitOf(await client(index).send('GET', '/batches'))));
    expect(limits).toEqual(['1', '2']);
    expect(seen.map((events) => [...new Set(events.map((event) => event.batch.id))])).toEqual([
      [first.id],
      [second.id],
    ]);
    expect(seen[0]!.map((event) => event.type)).toEqual([
      'batch.created',
      'batch.in_progress',
      'batch.finalizing',
      'batch.completed',
    ]);
  });

  it('stop one without the other', async () => {
    await apps[0]!.close();
    expect((await client(1).run(['three'])).status).toBe('completed');
  });
});

function limitOf(answer: Response): string | null {
  return answer.headers.get('x-ratelimit-limit-batches');
}
