import { chatItems, type ApiClient, type ErrorBody } from '../support/service/api-client';
import { blobsOf, eventually, holdings } from '../support/service/leftovers';
import { OpenAiService } from '../support/service/openai-service';
import { DATABASE_KINDS } from '../support/service/test-service';
import { sampled } from '../support/tier';

const PROMPTS = ['a secret prompt', '#status:400', 'c'];
const NO_ROWS = { batches: 0, parts: 0, files: 0 };

describe.each(sampled(DATABASE_KINDS, (kind) => kind === 'server'))('deleting a batch, %s database', (database) => {
  let openai: OpenAiService;
  let api: ApiClient;

  beforeAll(async () => {
    const env = { RECONCILE_INTERVAL_MS: '50', STORED_BYTES_PER_OWNER: '2000' };
    openai = await OpenAiService.start({ database, env }, { stateMs: 10 });
    api = openai.service.client();
  });
  afterEach(() => openai.simulator.release());
  afterAll(() => openai.dispose());

  async function create(prompts: readonly string[]): Promise<string> {
    const answer = await api.create({ requests: chatItems(prompts) });
    expect(answer.status).toBe(200);
    return answer.body.id;
  }
  const remove = (id: string) => api.send('DELETE', `/v1/batches/${id}`);
  const logged = (id: string) =>
    openai.service.log.split('\n').filter((line) => line.includes('batch_deleted') && line.includes(id));

  it('erases its rows, its blobs and what is upstream, and is a 404 from then on', async () => {
    const batch = await api.waitFor(await create(PROMPTS));
    const removed = await remove(batch.id);
    expect([removed.status, removed.body]).toEqual([200, { id: batch.id, object: 'batch', deleted: true }]);
    expect(await blobsOf(openai.service)).toEqual([]);
    if (database === 'server') expect(await holdings(openai.service)).toMatchObject(NO_ROWS);
    const paths = [
      `batches/${batch.id}`,
      `batches/${batch.id}/results`,
      ...[batch.input_file_id, batch.output_file_id, batch.error_file_id].flatMap((id) => [
        `files/${id}`,
        `files/${id}/content`,
      ]),
    ];
    for (const path of paths) expect((await api.send('GET', `/v1/${path}`)).status).toBe(404);
    expect((await api.send('POST', `/v1/batches/${batch.id}/cancel`)).status).toBe(404);
    expect((await remove(batch.id)).status).toBe(404);
    expect((await api.send<{ data: object[] }>('GET', '/v1/batches')).body.data).toEqual([]);
    await eventually('nothing is upstream', async () => openai.simulator.files.length === 0);
    const told = logged(batch.id).map((line) => JSON.parse(line) as object);
    expect(told).toEqual([expect.objectContaining({ by: 'request', bytes: expect.any(Number) })]);
    expect(openai.service.log).not.toContain('a secret prompt');
  });

  it('is refused with 409 while it runs, and changes nothing', async () => {
    openai.simulator.hold('in_progress', 1);
    const id = await create(['a', 'b']);
    await api.waitFor(id, ['in_progress']);
    const refused = await remove(id);
    expect([refused.status, (refused.body satisfies ErrorBody).error.code]).toEqual([409, 'conflict']);
    expect((await api.get(id)).status).toBe('in_progress');
    await api.cancel(id);
    openai.simulator.release();
    expect((await api.waitFor(id)).results).toHaveLength(2);
    expect((await remove(id)).status).toBe(200);
  });

  it('is 404 for an id of another form, and once among many at once', async () => {
    for (const id of ['batch_x', `batch_${'0'.repeat(26)}`, 'file_01JAAAAAAAAAAAAAAAAAAAAAAA'])
      expect((await remove(id)).status).toBe(404);
    const { id } = await api.waitFor(await create(['a']));
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => remove(id)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 404, 404, 404]);
    expect(logged(id)).toHaveLength(1);
  });

  it('gives its owner the room back that it took', async () => {
    const { id } = await api.waitFor(await create(['x'.repeat(1500)]));
    expect((await api.create({ requests: chatItems(['b']) })).status).toBe(429);
    expect((await remove(id)).status).toBe(200);
    await remove((await api.waitFor(await create(['b']))).id);
  });
});
