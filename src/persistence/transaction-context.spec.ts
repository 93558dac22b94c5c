import { DataSource } from 'typeorm';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { testDatabase } from '../../test/support/postgres/test-database';
import { UnknownCommitError, type Database } from './database';
import { afterCommit, assertNoTransaction, runInTransactionContext } from './transaction-context';

describe('the transaction context', () => {
  it('is open inside and nowhere else', async () => {
    let leave = () => undefined as void;
    const held = new Promise<void>((resolve) => (leave = resolve));
    const inside = runInTransactionContext(async () => {
      expect(() => assertNoTransaction('A call')).toThrow('A call inside a transaction');
      await held;
      expect(() => assertNoTransaction('A call')).toThrow();
      return 7;
    });
    expect(() => assertNoTransaction('A call')).not.toThrow();
    leave();
    expect(await inside).toEqual({ result: 7, afterCommit: [] });
    expect(() => afterCommit(() => undefined)).toThrow('No transaction is open');
  });
});

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('Database on %s', (_, make: () => Promise<TestDatabase>) => {
  let opened: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  const ids = async () => (await database.manager.query<{ id: number }[]>('SELECT id FROM item')).map((row) => row.id);

  beforeAll(async () => {
    opened = await make();
    dataSource = await new DataSource(opened.options).initialize();
    database = testDatabase(dataSource);
    await dataSource.query('CREATE TABLE item (id int PRIMARY KEY)');
  });
  beforeEach(() => dataSource.query('DELETE FROM item'));
  afterAll(async () => {
    await dataSource?.destroy();
    await opened?.close();
  });

  it('commits what was done, then calls what waited for it', async () => {
    const seen: string[] = [];
    const result = await database.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES (1)');
      afterCommit(() => seen.push('first'));
      await tx.query('SELECT 1');
      afterCommit(() => seen.push('second'));
      expect(seen).toEqual([]);
      return 'done';
    });
    expect([result, seen]).toEqual(['done', ['first', 'second']]);
    expect(await ids()).toEqual([1]);
  });

  it('has committed before it calls', async () => {
    let found: Promise<number[]> | undefined;
    await database.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES (2)');
      afterCommit(() => void (found = ids()));
    });
    expect(await found).toEqual([2]);
  });

  it('rolls back, calls nothing and throws what the work threw', async () => {
    const called: string[] = [];
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES (3)');
      afterCommit(() => called.push('no'));
      throw new Error('on purpose');
    });
    await expect(work).rejects.toThrow('on purpose');
    expect([called, await ids()]).toEqual([[], []]);
  });

  it.each<[string, () => unknown]>([
    ['a query of its own', () => database.manager],
    ['a second transaction', () => database.transaction(async () => undefined)],
  ])('refuses %s inside a transaction, also after an await', async (_what, attempt) => {
    for (const wait of [false, true]) {
      const work = database.transaction(async (tx) => {
        await tx.query('INSERT INTO item VALUES (4)');
        if (wait) await Promise.all([tx.query('SELECT 1'), Promise.resolve()]);
        await attempt();
      });
      await expect(work).rejects.toThrow('inside a transaction');
    }
    expect(await ids()).toEqual([]);
  });

  it('keeps several transactions at once apart', async () => {
    const called: number[] = [];
    const one = (id: number) =>
      database.transaction(async (tx) => {
        await tx.query('INSERT INTO item VALUES ($1)', [id]);
        afterCommit(() => called.push(id));
        if (id % 2 === 0) throw new Error('even');
      });
    await Promise.allSettled([one(1), one(2), one(3), one(4)]);
    expect([called.sort(), (await ids()).sort()]).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  it('says that a commit is unknown when it had no answer, and calls nothing', async () => {
    const called: string[] = [];
    const runner = dataSource.createQueryRunner();
    const lost = jest.spyOn(runner, 'commitTransaction').mockImplementation(async () => {
      await runner.rollbackTransaction();
      throw new Error('Connection terminated');
    });
    const given = jest.spyOn(dataSource, 'createQueryRunner').mockReturnValueOnce(runner);
    const work = database.transaction(async () => afterCommit(() => called.push('no')));
    await expect(work).rejects.toBeInstanceOf(UnknownCommitError);
    expect([called, lost.mock.calls.length, runner.isReleased]).toEqual([[], 1, true]);
    given.mockRestore();
    expect(await ids()).toEqual([]);
  });
});
