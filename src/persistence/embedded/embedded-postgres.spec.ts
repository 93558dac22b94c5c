import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { EMBEDDED_WORKER_FILE, pgliteTemplate } from '../../../test/support/postgres/pglite-template';
import { EmbeddedPostgres } from './embedded-postgres';
import { inFullTier } from '../../../test/support/full-tier-case';

describe('EmbeddedPostgres', () => {
  let dataDir: string;
  let database: EmbeddedPostgres | undefined;

  const open = async (folder = dataDir) => {
    database = await EmbeddedPostgres.open({ dataDir: folder, workerFile: EMBEDDED_WORKER_FILE });
    return database;
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'meshbatch-embedded-'));
    await cp(await pgliteTemplate(), dataDir, { recursive: true });
  });

  afterEach(async () => {
    await database?.close();
    database = undefined;
    await rm(dataDir, { recursive: true, force: true });
  });

  it('honours fsync and keeps its files private', async () => {
    const { connection } = await open();
    expect(await ask(connection, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o077).toBe(0);
  });

  it('puts the socket of a long path into a private temporary folder', async () => {
    const folder = join(dataDir, 'x'.repeat(100));
    await cp(join(dataDir, 'postgres'), join(folder, 'postgres'), { recursive: true });
    const { connection, socketDir } = await open(folder);
    expect(socketDir).not.toContain(folder);
    expect((await stat(socketDir)).mode & 0o777).toBe(0o700);
    expect(await ask(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a second client that waits while the first stays', async () => {
    const { connection } = await open();
    const first = new Client(connection);
    await first.connect();
    await expect(new Client(connection).connect()).rejects.toMatchObject({ code: '53300' });
    await first.end();
  });

  it('gives the next client a session without the traces of the last', async () => {
    const pool = new Pool({ ...(await open()).connection, max: 1 });
    const last = await pool.connect();
    await last.query({ name: 'same', text: 'SELECT 1' });
    await last.query("SET my.trace = 'here'");
    last.release(true);
    await pool.query({ name: 'same', text: 'SELECT 2' });
    const { rows } = await pool.query("SELECT current_setting('my.trace', true) AS trace");
    expect(rows[0].trace).toBeFalsy();
    await pool.end();
  });

  inFullTier('vacuums by itself after some thousand statements', async () => {
    const client = new Client((await open()).connection);
    await client.connect();
    await client.query('CREATE TABLE busy (id int)');
    for (let count = 0; count < 2_500; count += 1) await client.query('SELECT $1::int', [count]);
    const { rows } = await client.query("SELECT vacuum_count::int FROM pg_stat_all_tables WHERE relname = 'busy'");
    expect(rows).toEqual([{ vacuum_count: 1 }]);
    await client.end();
  });

  inFullTier('says why when the worker ends by itself, and closes all the same', async () => {
    const opened = await open();
    const worker = (opened as unknown as { worker: { terminate(): Promise<number> } }).worker;
    await worker.terminate();
    await expect(opened.closed).resolves.toBeInstanceOf(Error);
  });

  it('fails with a reason when the folder is not a database it can open', async () => {
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
    await expect(open()).rejects.toThrow(/did not open: .*not compatible/s);
    expect(await readdir(dataDir)).not.toContain('.s.PGSQL.5432');
  });
});

async function ask(connection: EmbeddedPostgres['connection'], sql: string): Promise<unknown[]> {
  const client = new Client(connection);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
