import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Counter, register, Registry } from 'prom-client';
import { Metrics } from '../../../src';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { eventually } from '../../support/execution/execution-bench';
import { samplesOf } from '../../support/metric-samples';

const SEEN = 40;
const OWNERS = ['grace', 'edsger', 'barbara', 'tony'];

describe('a host with a registry of its own', () => {
  const registry = new Registry();
  let ground: HostGround;
  let api: INestApplication;
  let worker: INestApplicationContext;
  const samples = async () => samplesOf(await registry.metrics());

  beforeAll(async () => {
    ground = await hostGround();
    new Counter({ name: 'platform_orders_total', help: 'Orders', registers: [registry] }).inc(3);
    api = await startHost({
      platform: 'fastify',
      meshbatch: await embedOn(ground, { work: false, metrics: { registry } }),
    });
    const working = await embedOn(ground, { metrics: { registry } });
    worker = await NestFactory.createApplicationContext(working, { logger: false });
  });
  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await ground?.close();
  });

  it('finds ours among its own, of two applications in one process, and nothing in the global one', async () => {
    expect(worker.get(Metrics).registry).toBe(registry);
    await new HostClient(urlOf(api), 'ada').run(['one', 'two']);
    const told = await samples();
    expect(told.get('platform_orders_total')).toBe(3);
    expect(told.get('meshbatch_batches_created_total{provider="sandbox"}')).toBe(1);
    expect(told.get('meshbatch_batches_ended_total{provider="sandbox",status="completed"}')).toBe(1);
    const create = 'route="/v1/batches",method="POST",status="200"';
    expect(told.get(`meshbatch_http_request_duration_seconds_count{${create}}`)).toBe(1);
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  it('has no more series however many owners, models, ids and paths are seen', async () => {
    const traffic = async (nth: number) => {
      const client = new HostClient(urlOf(api), `owner-${nth}`);
      const answers = [
        await client.create(['one'], `nobody/model-${nth}`),
        await client.create([], 'sandbox/echo'),
        await client.send('GET', `/batches/batch_${nth}?results=${nth}`),
        await client.send('GET', `/batches/batch_${nth}`),
        await client.send('POST', `/batches/batch_${nth}/cancel`),
        await client.send('GET', `/files/file_${nth}/content`),
        await client.send('GET', `/nowhere/${nth}`),
        await new HostClient(urlOf(api), null).send('GET', `/batches/batch_${nth}`),
      ];
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
      return answers.map(({ status }) => status);
    };
    const first = await traffic(0);
    expect(first).toEqual([404, 422, 422, 404, 404, 404, 404, 401]);
    // What is done once the batch of the first test has ended.
    const before = await eventually('all is counted', async () => {
      const names = [...(await samples()).keys()];
      const last = [/calls_total.*call="cleanup"/, /jobs_total.*queue="part.collect"/];
      return last.every((each) => names.some((name) => each.test(name))) ? names : null;
    });
    for (let nth = 1; nth < SEEN; nth++) expect(await traffic(nth)).toEqual(first);
    await Promise.all(OWNERS.map((owner) => new HostClient(urlOf(api), owner).run(['one'])));
    const after = await samples();
    expect([...after.keys()].sort()).toEqual(before.sort());
    expect(after.get('meshbatch_batches_created_total{provider="sandbox"}')).toBe(1 + OWNERS.length);
    expect(after.get('meshbatch_batches_refused_total{code="model_not_found"}')).toBe(SEEN);
    const get = 'route="/v1/batches/:batch_id",method="GET",status="401"';
    expect(after.get(`meshbatch_http_request_duration_seconds_count{${get}}`)).toBe(SEEN);
  });

  it('goes on with its registry once the application is closed', async () => {
    await worker.close();
    await api.close();
    const told = await samples();
    expect(told.get('platform_orders_total')).toBe(3);
    expect([...told.keys()].filter((name) => /^meshbatch_(parts|bodies|scrape)/.test(name))).toEqual([]);
  });
});
