import { chatItems, type Answer, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { createKey, runKeys } from '../../support/service/keys-command';
import { blobsOf } from '../../support/service/leftovers';
import { ownerKey } from '../../support/service/stored-keys';
import { DATABASE_KINDS, TestService } from '../../support/service/test-service';
import { sampled } from '../../support/tier';

/** Nobody listens there, so these batches stay active until they are cancelled. */
const UNREACHABLE = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };
const ONE = { requests: chatItems(['one']) };

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))(
  'owners, keys and their limit, %s database',
  (database) => {
    let service: TestService;
    let [first, second, other]: ApiClient[] = [];

    beforeAll(async () => {
      service = await TestService.start({ database, env: { ...UNREACHABLE, MAX_CONCURRENT_CREATES: '200' } });
      const key = async (owner: string) => service.client(await ownerKey(service, owner));
      [first, second, other] = [await key('team'), await key('team'), await key('other')];
    });

    afterAll(() => service.dispose());

    it('lets exactly 10 of 100 parallel creates of one owner through, and one more when one has ended', async () => {
      const batches = await createAtOnce(100, 10);
      await expectFull();
      expect((await blobsOf(service)).filter((blob) => blob.endsWith('input.jsonl'))).toHaveLength(10);

      const ended = batches[4]!.body.id;
      expect((await team(1).cancel(ended)).status).toBe('cancelling');
      await team(0).waitFor(ended, ['cancelled']);
      await createAtOnce(20, 1);
      await expectFull();
      expect((await ids(team(0))).filter((id) => batches.some(({ body }) => body.id === id))).toHaveLength(10);
      expect(await ids(team(0))).toHaveLength(11);
    });

    it('is told by create and list, counts down, and is no concern of another owner', async () => {
      const api = other!;
      const before = await api.send('GET', '/v1/batches');
      expect(limitOf(before)).toEqual(['10', '10']);
      const created = await api.create(ONE);
      expect([created.status, ...limitOf(created)]).toEqual([200, '10', '9']);
      expect(limitOf(await api.create(ONE))).toEqual(['10', '8']);
      expect(limitOf(await api.send('GET', '/v1/batches?limit=1'))).toEqual(['10', '8']);
      await api.cancel(created.body.id);
      await api.waitFor(created.body.id, ['cancelled']);
      expect(limitOf(await api.send('GET', '/v1/batches'))).toEqual(['10', '9']);
      expect((await ids(api)).length).toBe(2);
    });

    it('the keys command makes a key that works at once, suspends it, takes it again and revokes it', async () => {
      const { id, key } = await createKey(service, 'revocable', '--scope', 'batches:read', 'batches:write');
      const api = service.client(key);
      expect((await api.create(ONE)).status).toBe(200);

      await runKeys(service, 'suspend', id);
      expectRefusal(await api.create(ONE), 403, 'forbidden');
      expectRefusal(await api.send('GET', '/v1/batches'), 403, 'forbidden');
      await runKeys(service, 'activate', id);
      expect((await api.send('GET', '/v1/batches')).status).toBe(200);
      await runKeys(service, 'revoke', id);
      expectRefusal(await api.create(ONE), 401, 'unauthorized');
      await expect(runKeys(service, 'activate', id)).rejects.toMatchObject({ code: 1 });
      expectRefusal(await api.create(ONE), 401, 'unauthorized');
    });

    it('the keys command makes an owner with a limit of its own', async () => {
      await runKeys(service, 'create-owner', '--owner', 'small', '--batch-limit', '1');
      const { key } = await createKey(service, 'small');
      const answer = await service.client(key).create(ONE);
      expect([answer.status, answer.headers.get('x-ratelimit-limit-batches')]).toEqual([200, '1']);
      expectRefusal(await service.client(key).create(ONE), 429, 'batch_limit_exceeded');
    });

    it('the keys command lists keys and never shows one again', async () => {
      const { id, key } = await createKey(service, 'listed');
      const rows = await runKeys(service, 'list');
      expect(rows.find((row) => row.id === id)).toMatchObject({ owner: 'listed', status: 'active' });
      expect(JSON.stringify(rows)).not.toContain(key);
      expect(service.log).not.toContain(key);
    });

    async function createAtOnce(count: number, stored: number): Promise<Answer<BatchBody>[]> {
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => team(index % 2).create(ONE)));
      const [taken, refused] = [200, 429].map((status) => answers.filter((answer) => answer.status === status));
      expect([taken?.length, refused?.length]).toEqual([stored, count - stored]);
      for (const answer of refused ?? []) expectFullRefusal(answer);
      expect(new Set(taken?.map(({ body }) => body.id)).size).toBe(stored);
      expect(taken?.map((answer) => Number(limitOf(answer)[1])).sort()).toEqual(
        Array.from({ length: stored }, (_, index) => index),
      );
      return taken ?? [];
    }

    async function expectFull(): Promise<void> {
      for (const api of [team(0), team(1)]) {
        expectFullRefusal(await api.create(ONE));
        expect(limitOf(await api.send('GET', '/v1/batches'))).toEqual(['10', '0']);
      }
    }

    function expectFullRefusal(answer: Answer<unknown>): void {
      const { error } = expectRefusal(answer, 429, 'batch_limit_exceeded');
      expect(limitOf(answer)).toEqual(['10', '0']);
      expect(answer.headers.get('retry-after')).toBeNull();
      expect(error).not.toHaveProperty('retry_after_seconds');
    }

    function team(which: number): ApiClient {
      return [first!, second!][which]!;
    }
  },
);

function limitOf({ headers }: Answer<unknown>): (string | null)[] {
  return ['limit', 'remaining'].map((name) => headers.get(`x-ratelimit-${name}-batches`));
}

async function ids(api: ApiClient): Promise<string[]> {
  const { body } = await api.send<{ data: BatchBody[] }>('GET', '/v1/batches?limit=100');
  return body.data.map(({ id }) => id);
}
