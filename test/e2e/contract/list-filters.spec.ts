import { chatItems, type ApiClient, type BatchBody } from '../../support/service/api-client';
import { DATABASE_KINDS, TestService } from '../../support/service/test-service';
import { sampled } from '../../support/tier';

/** Nobody listens there, so its batches stay as they are until they are cancelled. */
const OPENAI = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9' };

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('filters of the list, %s database', (database) => {
  let service: TestService;
  let api: ApiClient;
  /** In the order of their creation. */
  const ids: Record<'echo' | 'mini' | 'full' | 'odd', string> = { echo: '', mini: '', full: '', odd: '' };

  beforeAll(async () => {
    service = await TestService.start({ database, env: OPENAI });
    api = service.client();
    const create = async (model: string, metadata: object | null) =>
      (await api.create({ requests: chatItems(['x'], model), metadata })).body.id;
    ids.echo = await create('sandbox/echo', { team: 'search', run: '1' });
    await api.waitFor(ids.echo, ['completed']);
    ids.mini = await create('gpt-4o-mini', { team: 'search', run: '2' });
    ids.full = await create('gpt-4o', { team: 'ads', nested: { team: 'search' }, run: 2 });
    ids.odd = await create('gpt-4o', { 'a[b]': '\0\\u0000"', '': 'empty', é: 'ü&=' });
  });

  afterAll(() => service.dispose());

  it('finds by status, one or several', async () => {
    expect(await found('status=completed')).toEqual([ids.echo]);
    expect(await found('status=failed')).toEqual([]);
    const open = ['validating', 'in_progress'].map((status) => `status=${status}`).join('&');
    expect(await found(open)).toEqual([ids.odd, ids.full, ids.mini]);
    expect(await found(`${open}&status=completed`)).toEqual([ids.odd, ids.full, ids.mini, ids.echo]);
  });

  it('finds by any name of a model, and by provider', async () => {
    for (const name of ['gpt-4o-mini', 'openai/gpt-4o-mini']) expect(await found(`model=${name}`)).toEqual([ids.mini]);
    expect(await found('model=sandbox%2Fecho')).toEqual([ids.echo]);
    expect(await found('model=nobody-knows')).toEqual([]);
    expect(await found('provider=openai')).toEqual([ids.odd, ids.full, ids.mini]);
    expect(await found('provider=anthropic')).toEqual([]);
  });

  it('finds by members of the metadata that are strings, at the top alone', async () => {
    expect(await found('metadata[team]=search')).toEqual([ids.mini, ids.echo]);
    expect(await found('metadata[team]=search&metadata[run]=2')).toEqual([ids.mini]);
    expect(await found('metadata%5Bteam%5D=ads')).toEqual([ids.full]);
    expect(await found('metadata[team]=')).toEqual([]);
    expect(await found('metadata[run]=2')).toEqual([ids.mini]);
    expect(await found('metadata[nested]=search')).toEqual([]);
    expect(await found(`metadata[a[b]]=${encodeURIComponent('\0\\u0000"')}`)).toEqual([ids.odd]);
    expect(await found(`metadata[a[b]]=${encodeURIComponent('\\u0000\\u0000"')}`)).toEqual([]);
    expect(await found('metadata[]=empty')).toEqual([ids.odd]);
    expect(await found(`metadata[%C3%A9]=${encodeURIComponent('ü&=')}`)).toEqual([ids.odd]);
    expect(await found('metadata[__proto__]=x')).toEqual([]);
    expect(await found("metadata[team]=search' OR true --")).toEqual([]);
  });

  it('finds by the time of creation', async () => {
    const { created_at: first } = await api.get(ids.echo);
    const { created_at: last } = await api.get(ids.odd);
    expect(await found(`created_after=${last}`)).toEqual([]);
    expect(await found(`created_before=${first}`)).toEqual([]);
    expect(await found(`created_after=${first - 1}&created_before=${last + 1}`)).toHaveLength(4);
    expect(await found('created_after=0&created_before=253402300799')).toHaveLength(4);
  });

  it('combines filters with each other and with pages, newest first', async () => {
    expect(await found('provider=openai&limit=2')).toEqual([ids.odd, ids.full]);
    expect(await found(`provider=openai&limit=2&after=${ids.full}`)).toEqual([ids.mini]);
    const page = await list('provider=openai&limit=3');
    expect([page.has_more, page.last_id]).toEqual([false, ids.mini]);
    expect((await list('metadata[team]=search&limit=1')).has_more).toBe(true);
    expect(await found('provider=openai&model=gpt-4o&metadata[team]=ads&status=cancelled')).toEqual([]);
  });

  async function list(query: string) {
    const answer = await api.send<{ data: BatchBody[]; has_more: boolean; last_id: string | null }>(
      'GET',
      `/v1/batches?${query}`,
    );
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async function found(query: string): Promise<string[]> {
    return (await list(query)).data.map(({ id }) => id);
  }
});
