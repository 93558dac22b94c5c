import { chatItems, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { expectFaults, expectRefusal } from '../../support/service/envelope';
import { ownerKey } from '../../support/service/stored-keys';
import { TestService } from '../../support/service/test-service';

interface Page {
  object: string;
  data: BatchBody[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}

/** Nobody listens there: what matters is what is taken, not that it runs. */
const OPENAI = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9', BATCH_LIMIT_PER_OWNER: '1000' };
const [LOWEST, HIGHEST] = [`batch_${'0'.repeat(26)}`, `batch_7${'Z'.repeat(25)}`];

describe('models and lists', () => {
  let service: TestService;
  let api: ApiClient;

  beforeAll(async () => {
    service = await TestService.start({ database: 'server', env: OPENAI });
    api = service.client();
  });

  afterAll(() => service.dispose());

  describe('a model', () => {
    it.each([
      ['gpt-4o-mini', 'openai/gpt-4o-mini'],
      ['openai/gpt-4o-mini', 'openai/gpt-4o-mini'],
      ['openai/brand-new-2027', 'openai/brand-new-2027'],
      ['openai/ft:gpt-4o/mine', 'openai/ft:gpt-4o/mine'],
    ])('named %s is %s', async (model, canonical) => {
      const answer = await api.create({ requests: chatItems(['x', 'y'], model) });
      expect([answer.status, answer.body.model, answer.body.provider]).toEqual([200, canonical, 'openai']);
    });

    it('named by alias and by canonical id is one model', async () => {
      const [one, two] = [chatItems(['x'], 'gpt-4o-mini'), chatItems(['x', 'y'], 'openai/gpt-4o-mini')];
      const answer = await api.create({ requests: [...one, two[1]] });
      expect([answer.status, answer.body.model]).toEqual([200, 'openai/gpt-4o-mini']);
    });

    it.each(['brand-new-2027', 'openai/', 'OpenAI/gpt-4o-mini', 'GPT-4o-mini'])(
      'named %s is unknown',
      async (model) => {
        expectRefusal(await api.create({ requests: chatItems(['x'], model) }), 404, 'model_not_found');
      },
    );

    it('that does not batch is refused, and so is a known url where it does not', async () => {
      const code = 'model_capability_not_supported';
      expectRefusal(await api.create({ requests: chatItems(['x'], 'openai/gpt-realtime') }), 400, code);
      const requests = chatItems(['x'], 'openai/text-embedding-3-small');
      expectRefusal(await api.create({ requests }), 400, code);
    });

    it('is listed in a bare array', async () => {
      const { status, body } = await api.send<Record<string, unknown>[]>('GET', '/v1/models');
      expect([status, Array.isArray(body)]).toEqual([200, true]);
      const find = (id: string) => body.find((model) => model.id === id);
      expect(find('openai/gpt-4o-mini')).toMatchObject({ provider: 'openai', supports_batching: true });
      expect(find('openai/gpt-realtime')).toMatchObject({ provider: 'openai', supports_batching: false });
      expect(find('sandbox/echo')).toMatchObject({ provider: 'sandbox', supports_batching: true });
      expect(new Set(body.map(({ provider }) => provider))).toEqual(new Set(['openai', 'sandbox']));
    });
  });

  describe('a list', () => {
    let reader: ApiClient;
    /** Newest first. */
    let ids: string[];

    beforeAll(async () => {
      reader = service.client(await ownerKey(service, 'lister'));
      const created: string[] = [];
      for (let index = 0; index < 22; index++) {
        created.push((await reader.create({ requests: chatItems(['x']) })).body.id);
      }
      ids = created.reverse();
    });

    it('is newest first, 20 at a time', async () => {
      const page = await list('');
      expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 20));
      expect(page).toMatchObject({ object: 'list', first_id: ids[0], last_id: ids[19], has_more: true });
      const rest = await list(`?after=${page.last_id}`);
      expect(rest.data.map(({ id }) => id)).toEqual(ids.slice(20));
      expect(rest).toMatchObject({ first_id: ids[20], last_id: ids[21], has_more: false });
    });

    it('has no more when a page ends with the last', async () => {
      expect(await list('?limit=22')).toMatchObject({ has_more: false, last_id: ids[21] });
      expect(await list('?limit=21')).toMatchObject({ has_more: true, last_id: ids[20] });
      expect((await list('?limit=1')).data.map(({ id }) => id)).toEqual([ids[0]]);
      expect((await list('?limit=100')).data).toHaveLength(22);
    });

    it('takes after as a bound that need not exist', async () => {
      expect((await list(`?after=${HIGHEST}&limit=3`)).data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      const gone = `${ids[4]!.slice(0, -1)}${ids[4]!.endsWith('0') ? '1' : '0'}`;
      const page = await list(`?after=${gone}&limit=1`);
      expect(page.data[0]?.id).toBe(gone < ids[4]! ? ids[5] : ids[4]);
    });

    it('is empty behind the oldest', async () => {
      const empty = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
      expect(await list(`?after=${LOWEST}`)).toEqual(empty);
      expect(await list(`?after=${ids[21]}`)).toEqual(empty);
    });

    it.each([
      ['limit=0', 'query.limit', 'greater_than_equal'],
      ['limit=-1', 'query.limit', 'greater_than_equal'],
      ['limit=101', 'query.limit', 'less_than_equal'],
      ['limit=abc', 'query.limit', 'int_parsing'],
      ['limit=1.5', 'query.limit', 'int_parsing'],
      ['limit=', 'query.limit', 'int_parsing'],
      ['limit=1&limit=2', 'query.limit', 'int_parsing'],
      ['after=', 'query.after', 'string_pattern_mismatch'],
      ['after=batch_123', 'query.after', 'string_pattern_mismatch'],
      [`after=${HIGHEST.toLowerCase()}`, 'query.after', 'string_pattern_mismatch'],
      [`after=file${LOWEST.slice(5)}`, 'query.after', 'string_pattern_mismatch'],
      [`after=${LOWEST}%0A`, 'query.after', 'string_pattern_mismatch'],
      [`after=${LOWEST}&after=${LOWEST}`, 'query.after', 'string_pattern_mismatch'],
      ['status=done', 'query.status', 'literal_error'],
      ['status=completed&status=', 'query.status', 'literal_error'],
      [`status=completed${'&status=failed'.repeat(8)}`, 'query.status', 'too_long'],
      ['model=', 'query.model', 'string_pattern_mismatch'],
      ['model=%00', 'query.model', 'string_pattern_mismatch'],
      ['model=a&model=b', 'query.model', 'string_pattern_mismatch'],
      ['provider=%0A', 'query.provider', 'string_pattern_mismatch'],
      ['created_after=yesterday', 'query.created_after', 'int_parsing'],
      ['created_after=-1', 'query.created_after', 'greater_than_equal'],
      ['created_before=253402300800', 'query.created_before', 'less_than_equal'],
      ['created_before=1&created_before=2', 'query.created_before', 'int_parsing'],
      ['metadata=x', 'query.metadata', 'value_error'],
      ['metadata=x&metadata=y', 'query.metadata', 'value_error'],
      ['metadata[a]=x&metadata[a]=y', 'query.metadata', 'value_error'],
      [Array.from({ length: 17 }, (_, n) => `metadata[${n}]=x`).join('&'), 'query.metadata', 'value_error'],
    ])('refuses ?%s', async (query, loc, type) => {
      expectFaults(await reader.send('GET', `/v1/batches?${query}`), { [loc]: type });
    });

    it('takes ?limit[a]=1 for a field that it does not know', async () => {
      expect(await list('?limit[a]=1')).toEqual(await list(''));
    });

    async function list(query: string): Promise<Page> {
      const { status, body } = await reader.send<Page>('GET', `/v1/batches${query}`);
      expect(status).toBe(200);
      return body;
    }
  });
});
