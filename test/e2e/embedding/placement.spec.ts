import { DataSource, EntitySchema } from 'typeorm';
import { embedOn, hostGround, startHost, urlOf, type HostGround } from '../../support/embedding/host';
import { HostClient } from '../../support/embedding/host-client';
import { inFullTier } from '../../support/full-tier-case';

const TABLES = `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
  WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name NOT LIKE 'j%' ORDER BY 1`;
const OURS = [
  'api_keys',
  'batches',
  'erasures',
  'files',
  'idempotency_keys',
  'installation',
  'leftovers',
  'migrations',
  'owners',
  'parts',
  'provider_pauses',
  'turns',
  'webhook_deliveries',
  'webhook_endpoints',
];

describe('the tables of Meshbatch', () => {
  let ground: HostGround;
  const tables = async () =>
    (await ground.dataSource.query<{ name: string }[]>(TABLES))
      .map((row) => row.name)
      .filter((name) => !/\.(archive|job|queue|schedule|subscription|version)$/.test(name));

  beforeEach(async () => (ground = await hostGround()));
  afterEach(() => ground.close());

  it('go to the schema and under the prefix of the host’s DataSource', async () => {
    await ground.dataSource.query('CREATE SCHEMA platform');
    const dataSource = await reopened(ground, { schema: 'platform', entityPrefix: 'acme_' });
    await runOne({ ...ground, dataSource });
    await dataSource.destroy();
    expect(await tables()).toEqual(OURS.map((name) => `platform.acme_meshbatch_${name}`));
    expect(await schemas(ground)).toContain('platform_acme_meshbatch_jobs');
  });

  inFullTier('go where the options say, twice in one database without meeting', async () => {
    await runOne(ground);
    await runOne(ground, { tablePrefix: 'second_', jobsSchema: 'second_jobs' });
    expect(await tables()).toEqual(
      ['meshbatch_', 'second_'].flatMap((prefix) => OURS.map((name) => `public.${prefix}${name}`)),
    );
    expect(await schemas(ground)).toEqual(expect.arrayContaining(['meshbatch_jobs', 'second_jobs']));
    for (const prefix of ['meshbatch_', 'second_']) {
      expect(await ground.dataSource.query(`SELECT count(*)::int AS batches FROM ${prefix}batches`)).toEqual([
        { batches: 1 },
      ]);
    }
  });

  it('are not touched by a host that synchronises its own', async () => {
    await runOne(ground);
    const before = await structure(ground);
    const order = new EntitySchema({ name: 'orders', columns: { id: { type: 'int', primary: true } } });
    const dataSource = await reopened(ground, { synchronize: true, entities: [order] });
    await runOne({ ...ground, dataSource });
    await dataSource.synchronize();
    await dataSource.destroy();
    expect(await structure(ground)).toEqual(before);
    expect(await tables()).toContain('public.orders');
  });
});

async function runOne(ground: HostGround, persistence: object = {}): Promise<void> {
  const meshbatch = await embedOn(ground, { persistence: { dataSource: ground.dataSource, ...persistence } });
  const app = await startHost({ platform: 'express', meshbatch });
  try {
    expect((await new HostClient(urlOf(app), 'ada').run(['one'])).status).toBe('completed');
  } finally {
    await app.close();
  }
}

function reopened({ dataSource }: HostGround, more: object): Promise<DataSource> {
  return new DataSource({ ...dataSource.options, ...more }).initialize();
}

/** Columns and indexes of our tables. */
async function structure({ dataSource }: HostGround): Promise<unknown[]> {
  const columns = `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_name LIKE 'meshbatch%' ORDER BY 1, 2`;
  const indexes = `SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'meshbatch%' ORDER BY 1`;
  return [...(await dataSource.query<unknown[]>(columns)), ...(await dataSource.query<unknown[]>(indexes))];
}

async function schemas({ dataSource }: HostGround): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>('SELECT nspname AS name FROM pg_namespace');
  return rows.map((row) => row.name);
}
