import { DataSource } from 'typeorm';
import { embeddedDatabase, serverDatabase } from '../support/postgres/test-databases';
import { describeDatabase } from './database.contract';

describeDatabase('a Postgres server', serverDatabase);
describeDatabase('the embedded database', embeddedDatabase);

describe('the embedded database when reopened', () => {
  it('has the rows that were committed', async () => {
    const database = await embeddedDatabase();
    try {
      let dataSource = await new DataSource(database.options).initialize();
      await dataSource.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id');
      await dataSource.destroy();
      await database.reopen();
      dataSource = await new DataSource(database.options).initialize();
      expect(await dataSource.query('SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 1000 }]);
      await dataSource.destroy();
    } finally {
      await database.close();
    }
  });
});
