import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../src/persistence/migrations';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../support/postgres/test-databases';
import { FULL_TIER } from '../support/tier';

/** Columns, indexes and constraints, a line each. */
const SCHEMA = `SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line
    FROM information_schema.columns WHERE table_schema IN ('public', 'apart')
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'apart')
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace::regnamespace::text IN ('public', 'apart')
  ORDER BY 1`;

const DATABASES: [string, () => Promise<TestDatabase>][] = [
  ['the embedded database', embeddedDatabase],
  ['a Postgres server', serverDatabase],
];

describe.each(FULL_TIER ? DATABASES : DATABASES.slice(0, 1))('the migrations on %s', (_, make) => {
  let database: TestDatabase;
  beforeAll(async () => (database = await make()));
  afterAll(() => database?.close());

  it.each([{}, { schema: 'apart' }])(
    'go up, back down step by step until nothing is left, and up again: %j',
    async (place) => {
      const source = await new DataSource({ ...database.options, ...place, entityPrefix: 'mb_' }).initialize();
      const runner = source.createQueryRunner();
      const migrations = MIGRATIONS.map((Migration) => new Migration());
      const schema = async () => ((await runner.query(SCHEMA)) as { line: string }[]).map(({ line }) => line);
      try {
        await runner.query('CREATE SCHEMA IF NOT EXISTS apart');
        const steps: { name: string; before: string[] }[] = [];
        for (const migration of migrations) {
          steps.push({ name: migration.name, before: await schema() });
          await migration.up(runner);
        }
        const whole = await schema();
        for (const [at, { name, before }] of [...steps.entries()].reverse()) {
          await migrations[at]!.down(runner);
          expect({ name, schema: await schema() }).toEqual({ name, schema: before });
        }
        expect(steps[0]?.before).toEqual([]);
        for (const migration of migrations) await migration.up(runner);
        expect(await schema()).toEqual(whole);
        for (const migration of [...migrations].reverse()) await migration.down(runner);
      } finally {
        await runner.release();
        await source.destroy();
      }
    },
  );
});
