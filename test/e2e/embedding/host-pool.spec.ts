import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { migrate } from '../../../src';
import { MIGRATIONS } from '../../../src/persistence/migrations';
import { poolOf } from '../../../src/persistence/own-data-source';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { inFullTier } from '../../support/full-tier-case';

describe('the pool of a host', () => {
  let ground: HostGround;
  beforeEach(async () => (ground = await hostGround()));
  afterEach(() => ground.close());

  it.each([1, 2])('may have %i connection(s)', async (poolSize) => {
    const dataSource = await reopened(ground, { poolSize });
    const app = await startHost({ platform: 'express', meshbatch: await embedOn({ ...ground, dataSource }) });
    try {
      expect((await new HostClient(urlOf(app), 'ada').run(['one'])).status).toBe('completed');
    } finally {
      await app.close();
    }
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await dataSource.destroy();
  });

  it('without a connection that is free in time is a 503 that says when to come again, and nothing is stored', async () => {
    const dataSource = await reopened(ground, { poolSize: 1, connectTimeoutMS: 300 });
    const meshbatch = await embedOn({ ...ground, dataSource }, { work: false });
    const app = await startHost({ platform: 'express', meshbatch });
    const client = new HostClient(urlOf(app), 'ada');
    try {
      const taken = await poolOf(dataSource).connect();
      const answers = [await client.create(['one']), await client.send('GET', '/batches')];
      taken.release();
      for (const answer of answers) {
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
        expect(await answer.json()).toMatchObject({ error: { code: 'service_unavailable' } });
      }
      expect(await (await client.send('GET', '/batches')).json()).toMatchObject({ data: [] });
      expect((await client.create(['one'])).status).toBe(200);
    } finally {
      await app.close();
    }
    await dataSource.destroy();
  });

  inFullTier('is left as it was, application after application', async () => {
    const pool = poolOf(ground.dataSource);
    const listeners = pool.listenerCount('error');
    for (let round = 0; round < 3; round++) {
      const app = await startHost({ platform: 'fastify', meshbatch: await embedOn(ground) });
      await app.close();
      expect([pool.listenerCount('error'), lent(pool)]).toEqual([listeners, 0]);
    }
  });

  it('is used by many migrations at once, which follow one another', async () => {
    const others = await Promise.all([1, 2, 3].map((poolSize) => reopened(ground, { poolSize })));
    await Promise.all([ground.dataSource, ...others, ...others].map((dataSource) => migrate(dataSource)));
    expect(await ground.dataSource.query('SELECT count(*)::int AS done FROM meshbatch_migrations')).toEqual([
      { done: MIGRATIONS.length },
    ]);
    for (const dataSource of others) await dataSource.destroy();
  });
});

function lent(pool: Pool): number {
  return pool.totalCount - pool.idleCount;
}

function reopened({ dataSource }: HostGround, more: object): Promise<DataSource> {
  return new DataSource({ ...dataSource.options, ...more }).initialize();
}
