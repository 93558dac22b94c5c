import type { DataSource } from 'typeorm';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { ApiKeysService } from '../../src/auth/api-keys.service';
import { SystemClock } from '../../src/common/clock';
import { Ids } from '../../src/common/ids';
import { SystemRandom } from '../../src/common/random';

/** Connections of the benchmark's own to a deployment's database, closed after `work`. */
export async function withRows<T>(databaseUrl: string, work: (rows: DataSource) => Promise<T>): Promise<T> {
  const rows = await openRows({
    options: { type: 'postgres', url: databaseUrl, poolSize: 2, installExtensions: false },
    close: async () => undefined,
  });
  try {
    return await work(rows);
  } finally {
    await rows.destroy();
  }
}

/** Brings a database up to this version, as `npm run migrate` does. */
export async function migrated(databaseUrl: string): Promise<void> {
  await withRows(databaseUrl, async () => undefined);
}

/** Makes that many owners with a key each; resolves to the keys. */
export async function createKeys(databaseUrl: string, count: number): Promise<string[]> {
  return withRows(databaseUrl, async (rows) => {
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const service = new ApiKeysService(testDatabase(rows), clock, new Ids(clock, random), random);
    const keys: string[] = [];
    for (let owner = 0; owner < count; owner++) {
      keys.push((await service.createKey({ owner: `owner-${owner}` })).key);
    }
    return keys;
  });
}
