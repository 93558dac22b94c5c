import PgBoss from 'pg-boss';
import { DataSource } from 'typeorm';
import type { TestDatabase } from '../support/postgres/test-databases';

/** What the product relies on in a database, whichever kind it runs on. */
export function describeDatabase(name: string, make: () => Promise<TestDatabase>): void {
  describe(name, () => {
    let database: TestDatabase;
    let dataSource: DataSource;

    beforeAll(async () => {
      database = await make();
      dataSource = await new DataSource(database.options).initialize();
    });

    afterAll(async () => {
      await dataSource?.destroy();
      await database?.close();
    });

    describeTransactions(() => dataSource);
    describeTypes(() => dataSource);
    describeLocking(() => dataSource);
    describeJobs(() => dataSource);
  });
}

function describeTransactions(source: () => DataSource): void {
  describe('transactions', () => {
    beforeEach(() => source().query('CREATE TABLE item (id int PRIMARY KEY, note text)'));
    afterEach(() => source().query('DROP TABLE item'));

    it('keeps concurrent transactions apart, and a rollback leaves nothing', async () => {
      const write = (id: number, fails: boolean) =>
        source().transaction(async (tx) => {
          await tx.query('INSERT INTO item VALUES ($1, $2)', [id, 'first']);
          await tx.query('SELECT pg_sleep(0.02)');
          await tx.query('UPDATE item SET note = $2 WHERE id = $1', [id, 'second']);
          if (fails) throw new Error('rolled back');
        });
      const results = await Promise.allSettled([write(1, false), write(2, true), write(3, false), write(4, true)]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
      expect(await source().query('SELECT * FROM item ORDER BY id')).toEqual([
        { id: 1, note: 'second' },
        { id: 3, note: 'second' },
      ]);
    });

    it('serves the connection again after an error inside a transaction', async () => {
      const failing = source().transaction((tx) => tx.query('SELECT 1 / 0'));
      await expect(failing).rejects.toMatchObject({ code: '22012' });
      expect(await source().query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('serves the next client after one that left in the middle of a transaction', async () => {
      const runner = source().createQueryRunner();
      await runner.startTransaction();
      await runner.query("INSERT INTO item VALUES (9, 'lost')");
      const client = (await runner.connect()) as { end(): Promise<void> };
      await client.end();
      await runner.release();
      expect(await source().query('SELECT * FROM item')).toEqual([]);
    });

    it('names a unique violation by its code', async () => {
      await source().query("INSERT INTO item VALUES (1, 'a')");
      await expect(source().query("INSERT INTO item VALUES (1, 'b')")).rejects.toMatchObject({ code: '23505' });
    });

    it('completes many queries asked at once', async () => {
      const ids = Array.from({ length: 300 }, (_, id) => id);
      await Promise.all(ids.map((id) => source().query('INSERT INTO item VALUES ($1, $2)', [id, `n${id}`])));
      const rows = await Promise.all(ids.map((id) => source().query('SELECT note FROM item WHERE id = $1', [id])));
      expect(rows.flat()).toEqual(ids.map((id) => ({ note: `n${id}` })));
    });
  });
}

function describeTypes(source: () => DataSource): void {
  it('round trips timestamptz, jsonb, bigint and bytea', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z');
    const json = { text: 'naïve \u{1f600} "quoted"', list: [1, 2.5, null, true], nested: { a: {} } };
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
    const [row] = await source().query(
      'SELECT $1::timestamptz AS at, $2::jsonb AS json, $3::bigint AS big, $4::bytea AS bytes, $5::text[] AS list',
      [at, JSON.stringify(json), '9007199254740993', bytes, ['a', 'b,"c']],
    );
    expect(row).toEqual({ at, json, big: '9007199254740993', bytes, list: ['a', 'b,"c'] });
  });
}

function describeLocking(source: () => DataSource): void {
  it('claims rows with FOR UPDATE SKIP LOCKED, each once', async () => {
    await source().query('CREATE TABLE part (id int PRIMARY KEY, claimed_by int)');
    await source().query('INSERT INTO part SELECT generate_series(1, 20)');
    const claim = (worker: number) =>
      source().transaction((tx) =>
        tx.query(
          `UPDATE part SET claimed_by = $1 WHERE id IN
             (SELECT id FROM part WHERE claimed_by IS NULL ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED) RETURNING id`,
          [worker],
        ),
      );
    const claims = (await Promise.all([1, 2, 3, 4].map(claim))) as [{ id: number }[], number][];
    const ids = claims.flatMap(([rows]) => rows.map((row) => row.id));
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
}

function describeJobs(source: () => DataSource): void {
  it('runs a job of a committed transaction and never one of a rolled-back transaction', async () => {
    const over = (run: (sql: string, values: unknown[]) => Promise<unknown>): PgBoss.Db => ({
      executeSql: async (sql, values) => ({ rows: rowsOf(await run(sql, values)) }),
    });
    const boss = new PgBoss({
      db: over((sql, values) => source().query(sql, values)),
      supervise: false,
      schedule: false,
    });
    boss.on('error', (error) => {
      throw error;
    });
    await boss.start();
    try {
      await boss.createQueue('contract');
      const send = (kept: boolean) =>
        source().transaction(async (tx) => {
          await boss.send('contract', { kept }, { db: over((sql, values) => tx.query(sql, values)) });
          if (!kept) throw new Error('rolled back');
        });
      await Promise.allSettled([send(false), send(true), send(false)]);
      const jobs = await boss.fetch('contract', { batchSize: 10 });
      expect(jobs.map((job) => job.data)).toEqual([{ kept: true }]);
      await boss.complete('contract', jobs[0]!.id);
      expect(await boss.fetch('contract')).toEqual([]);
    } finally {
      await boss.stop({ graceful: false });
    }
  });
}

/** TypeORM answers an UPDATE or DELETE with its rows and their count, and the rest with the rows alone. */
function rowsOf(result: unknown): unknown[] {
  const isCounted = Array.isArray(result) && Array.isArray(result[0]) && typeof result[1] === 'number';
  return (isCounted ? result[0] : (result ?? [])) as unknown[];
}
