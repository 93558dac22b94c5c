import type { DataSource } from 'typeorm';
import { serverDatabase, type TestDatabase } from '../../test/support/postgres/test-databases';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { openRows } from '../../test/support/postgres/open-rows';
import { testDatabase } from '../../test/support/postgres/test-database';
import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyOwnerResolver } from './api-key-owner-resolver';
import { ApiKeysService } from './api-keys.service';
import { Metrics } from '../metrics/metrics';
import { KeyAttempts } from './key-attempts';
import { KEY_PATTERN } from './key-pattern';

class FakeClock extends Clock {
  time = 1_800_000_000_000;

  now(): number {
    return this.time;
  }

  async sleep(): Promise<void> {}
}

describe('API keys', () => {
  let server: TestDatabase;
  let dataSource: DataSource;
  let keys: ApiKeysService;
  let resolver: ApiKeyOwnerResolver;
  const clock = new FakeClock();
  let owners = 0;
  const newOwner = () => `owner ${owners++}`;
  const login = (authorization?: string) => resolver.resolve({ headers: { authorization } });
  const stored = (id: string) => dataSource.manager.findOneByOrFail(ApiKeyEntity, { id });

  beforeAll(async () => {
    server = await serverDatabase();
    dataSource = await openRows(server);
    const [database, random] = [testDatabase(dataSource), new SystemRandom()];
    keys = new ApiKeysService(database, clock, new Ids(clock, random), random);
    const attempts = new KeyAttempts({}, clock, new Metrics({}, clock));
    resolver = new ApiKeyOwnerResolver(database, clock, attempts);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await server?.close();
  });

  it('are made once, stored as a hash, and known again', async () => {
    expect(await keys.isEmpty()).toBe(true);
    const { key, entity } = await keys.createKey({ owner: newOwner() });
    expect(key).toMatch(KEY_PATTERN);
    expect(key).toHaveLength(47);
    expect(JSON.stringify(await stored(entity.id))).not.toContain(key.slice(10));
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      expect(await login(`${scheme} ${key}`)).toEqual({
        id: entity.ownerId,
        scopes: ['batches:read', 'batches:write'],
      });
    }
    expect(await keys.isEmpty()).toBe(false);
  });

  it.each([undefined, '', 'Bearer', 'Bearer rsk_short', `Basic rsk_${'a'.repeat(43)}`, `Bearer rsk_${'a'.repeat(43)}`])(
    'are asked for when a request has %j',
    async (authorization) => {
      await expect(login(authorization)).rejects.toMatchObject({ code: 'unauthorized' });
    },
  );

  it('of one name have one owner', async () => {
    const owner = newOwner();
    const [first, second] = [
      await keys.createKey({ owner }),
      await keys.createKey({ owner, scopes: ['batches:read'] }),
    ];
    expect(second.entity.ownerId).toBe(first.entity.ownerId);
    expect((await login(`Bearer ${second.key}`)).scopes).toEqual(['batches:read']);
    await expect(keys.createOwner(owner)).rejects.toThrow('exists already');
  });

  it('can be suspended and come back, and are revoked for good', async () => {
    const { key, entity } = await keys.createKey({ owner: newOwner() });
    await keys.setStatus(entity.id, 'suspended');
    await expect(login(`Bearer ${key}`)).rejects.toMatchObject({ code: 'forbidden' });
    await keys.setStatus(entity.id, 'active');
    expect((await login(`Bearer ${key}`)).id).toBe(entity.ownerId);
    await keys.setStatus(entity.id, 'revoked');
    await keys.setStatus(entity.id, 'revoked');
    await expect(login(`Bearer ${key}`)).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(keys.setStatus(entity.id, 'active')).rejects.toThrow('revoked for good');
    await expect(keys.setStatus('key_none', 'active')).rejects.toThrow('no key');
  });

  it('end at the moment they expire', async () => {
    const { key } = await keys.createKey({ owner: newOwner(), expiresAt: new Date(clock.time + 1000) });
    clock.time += 999;
    await login(`Bearer ${key}`);
    clock.time += 1;
    await expect(login(`Bearer ${key}`)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('have their last use noted at most once a minute', async () => {
    const { key, entity } = await keys.createKey({ owner: newOwner() });
    const first = clock.time;
    await login(`Bearer ${key}`);
    clock.time = first + 59_999;
    await login(`Bearer ${key}`);
    expect((await stored(entity.id)).lastUsedAt?.getTime()).toBe(first);
    clock.time = first + 60_000;
    await login(`Bearer ${key}`);
    expect((await stored(entity.id)).lastUsedAt?.getTime()).toBe(first + 60_000);
  });

  it('are listed with their owners, oldest first', async () => {
    const listed = await keys.listKeys();
    expect(listed.length).toBeGreaterThan(3);
    expect(listed.map(({ key }) => key.id)).toEqual(listed.map(({ key }) => key.id).sort());
    for (const { key, owner } of listed) expect(owner.id).toBe(key.ownerId);
  });
});
