import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { embeddedDatabase, serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { OwnerEntity } from '../auth/owner.entity';
import { insertTogether } from '../persistence/insert-together';
import { BatchEntity } from './batch.entity';
import { BatchesStore } from './batches.store';

const AT = new Date('2026-11-01T00:00:00.500Z');
const BATCH = { ownerId: 'owner', status: 'validating', endpoint: '/v1/chat/completions', model: 'm' } as const;
const MORE = { provider: 'p', upstreamModel: 'm', completionWindow: '24h', inputFileId: 'file', total: 1 } as const;

/** Few, so that they meet: what jsonb refuses, what looks like an escape of it, and what JSON escapes. */
const piece = fc.constantFrom(
  'a',
  '\0',
  '\u0001',
  '\\',
  '\\u0000',
  'u0000',
  '\\u005c',
  '"',
  '/',
  '\ud800',
  '\ue000',
  '":"',
  '\n',
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const key = fc.oneof(text, fc.constantFrom('__proto__', 'metadata', 'a'));
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.constant(null), fc.dictionary(key, text, { maxKeys: 2 })) },
);
const metadata = fc.option(fc.dictionary(key, value, { maxKeys: 4 }));

describe.each([
  ['a Postgres server', serverDatabase],
  ['the embedded database', embeddedDatabase],
] as const)('the filter by metadata on %s', (_, make: () => Promise<TestDatabase>) => {
  let opened: TestDatabase;
  let rows: DataSource;
  let store: BatchesStore;

  beforeAll(async () => {
    opened = await make();
    rows = await openRows(opened);
    store = new BatchesStore(testDatabase(rows));
    await rows.manager.insert(OwnerEntity, { id: 'owner', name: 'owner', createdAt: AT });
  });
  afterAll(async () => {
    await rows?.destroy();
    await opened?.close();
  });

  it('finds the batches that a look at each would find', async () => {
    const stored = fc.array(metadata, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stored, fc.dictionary(key, text, { maxKeys: 2 }), fc.nat(), async (all, other, pick) => {
        await rows.manager.createQueryBuilder().delete().from(BatchEntity).execute();
        const made = all.map((one, index) => ({
          id: `batch_${index}`,
          metadata: one,
        }));
        const batches = made.map((one) => ({ ...BATCH, ...MORE, ...one, createdAt: AT, expiresAt: AT }));
        await insertTogether([{ entity: BatchEntity, rows: batches }], rows.manager);
        for (const wanted of [other, stringsOf(all[pick % all.length] ?? {})]) {
          const found = await store.list('owner', 100, { metadata: wanted });
          const expected = made.filter((one) => one.metadata !== null && holds(one.metadata, wanted));
          expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
        }
      }),
      { numRuns: 40 },
    );
  });

  it('compares instants as `created_at` shows them', async () => {
    await rows.manager.createQueryBuilder().delete().from(BatchEntity).execute();
    await rows.manager.insert(BatchEntity, { ...BATCH, ...MORE, id: 'batch_0', createdAt: AT, expiresAt: AT });
    const second = Math.floor(AT.getTime() / 1000);
    const count = async (filter: object) => (await store.list('owner', 100, filter)).length > 0;
    expect(await count({ created_after: second - 1, created_before: second + 1 })).toBe(true);
    expect(await count({ created_after: second })).toBe(false);
    expect(await count({ created_before: second })).toBe(false);
  });
});

/** One member of it that is a string, if there is one. */
function stringsOf(all: object): Record<string, string> {
  const strings = Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(strings.slice(0, 1));
}

function holds(all: Record<string, unknown>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, one]) => Object.hasOwn(all, name) && all[name] === one);
}
