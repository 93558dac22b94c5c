import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { chatItems, type ApiClient, type BatchBody, type ResultEntry } from '../../support/service/api-client';
import { expectFaults, expectRefusal } from '../../support/service/envelope';
import { eventually } from '../../support/service/leftovers';
import { ownerKey } from '../../support/service/stored-keys';
import { OpenAiService } from '../../support/service/openai-service';

/** Four parts: items 0 and 1, 2 to 4, 5 and 6, 7 to 9. */
const PROMPTS = ['a', '#status:400', 'c', 'd', '#status:429', 'f', 'g', 'h', '#status:500', 'j'];
const FAILED = [1, 4, 8];
const CATALOG = {
  models: [{ id: 'openai/gpt-4o-mini', endpoints: ['/v1/chat/completions'], limits: { maxItems: 3 } }],
};

interface Page {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  /** Indexes of the requests whose entries came, in their order. */
  indexes: number[];
}

describe('the results of a batch of several parts', () => {
  let openai: OpenAiService;
  let api: ApiClient;
  let folder: string;
  let batch: BatchBody;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-catalog-'));
    await writeFile(join(folder, 'catalog.json'), JSON.stringify(CATALOG));
    const env = { CATALOG_FILE: join(folder, 'catalog.json') };
    openai = await OpenAiService.start({ database: 'server', env }, { stateMs: 5 });
    api = openai.service.client();
    const { body } = await api.create({ requests: chatItems(PROMPTS) });
    batch = await api.waitFor(body.id, ['completed']);
  });

  afterAll(async () => {
    await openai.dispose();
    await rm(folder, { recursive: true });
  });

  async function ask(query: string, headers: Record<string, string> = {}, id = batch.id): Promise<Page> {
    const { BOOTSTRAP_API_KEY: key } = openai.service.settings();
    const asked = request(`${openai.service.url}/v1/batches/${id}/results${query}`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
    }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const bytes = await buffer(answer);
    const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const entries = answer.statusCode === 200 ? text.split('\n').slice(0, -1) : [];
    const indexes = entries.map((line) => Number((JSON.parse(line) as ResultEntry).id.split('_').at(-1)));
    return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, indexes };
  }

  const idOf = (index: number) => `${batch.id.replace('batch_', 'batch_req_')}_${index}`;
  const all = PROMPTS.map((_, index) => index);

  it('is what the batch has inline, a line an entry', async () => {
    expect(openai.simulator.creates).toHaveLength(4);
    const { status, headers, bytes } = await ask('');
    expect(status).toBe(200);
    const lines = bytes.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(batch.results);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-batch-status': 'completed',
      'x-has-more': 'false',
      'x-last-id': idOf(9),
    });
    expect(batch.results?.map(({ id }) => id)).toEqual(all.map(idOf));
  });

  it.each<[string, number[], boolean | undefined]>([
    ['?limit=4', [0, 1, 2, 3], true],
    ['?limit=10', all, false],
    ['?limit=10000', all, false],
    ['?limit=3&after=#4', [5, 6, 7], true],
    ['?after=#6', [7, 8, 9], false],
    ['?after=#9', [], false],
    ['?after=#123456', [], false],
    ['?status=failed', FAILED, false],
    ['?status=succeeded', all.filter((index) => !FAILED.includes(index)), false],
    ['?status=failed&limit=2', [1, 4], true],
    ['?status=failed&limit=2&after=#1', [4, 8], false],
    ['?status=succeeded&limit=2&after=#3', [5, 6], true],
    ['?custom_id=item-7', [7], undefined],
    ['?custom_id=item-7&custom_id=item-2&custom_id=none', [2, 7], undefined],
    ['?custom_id=item-7&custom_id=item-8&status=failed', [8], undefined],
    ['?custom_id=item-7&custom_id=item-2&limit=1', [2], undefined],
    ['?custom_id=item-7&custom_id=item-2&after=#2', [7], undefined],
    ['?custom_id=none', [], undefined],
  ])('%s', async (query, indexes, hasMore) => {
    const page = await ask(query.replace('#', idOf(0).slice(0, -1)));
    expect([page.status, page.indexes]).toEqual([200, indexes]);
    expect(page.headers['x-has-more']).toBe(hasMore?.toString());
    const last = indexes.at(-1);
    expect(page.headers['x-last-id']).toBe(hasMore === undefined || last === undefined ? undefined : idOf(last));
  });

  it.each<[string, Record<string, string>]>([
    ['?limit=0', { 'query.limit': 'greater_than_equal' }],
    ['?limit=10001', { 'query.limit': 'less_than_equal' }],
    ['?limit=many', { 'query.limit': 'int_parsing' }],
    ['?status=completed', { 'query.status': 'literal_error' }],
    ['?after=item-3', { 'query.after': 'string_pattern_mismatch' }],
    [`?after=batch_req_${'0'.repeat(26)}_3`, { 'query.after': 'value_error' }],
    ['?custom_id=', { 'query.custom_id': 'string_too_short' }],
    [`?${Array<string>(101).fill('custom_id=a').join('&')}`, { 'query.custom_id': 'too_long' }],
  ])('refuses %.60s', async (query, faults) => {
    expectFaults(await api.send('GET', `/v1/batches/${batch.id}/results${query}`), faults);
  });

  it("is the same 404 for somebody else's and for none", async () => {
    const stranger = openai.service.client(await ownerKey(openai.service, 'stranger'));
    const foreign = await stranger.send('GET', `/v1/batches/${batch.id}/results`);
    const none = await api.send('GET', `/v1/batches/batch_${'0'.repeat(26)}/results`);
    for (const answer of [foreign, none]) expectRefusal(answer, 404, 'not_found');
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...none.body, request_id: '' });
  });

  it('comes compressed to who accepts gzip, as the batch and its files do', async () => {
    const plain = await ask('', { 'accept-encoding': 'identity' });
    const { headers, bytes } = await ask('', { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(headers).not.toHaveProperty('content-length');
    expect(gunzipSync(bytes).equals(plain.bytes)).toBe(true);
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'Accept-Encoding']);
    const file = `/v1/files/${batch.output_file_id}/content`;
    for (const path of [`/v1/batches/${batch.id}`, file]) {
      const answer = await api.send('GET', path, undefined, { 'accept-encoding': 'gzip' });
      expect([path, answer.headers.get('content-encoding')]).toEqual([path, 'gzip']);
    }
    const range = await api.send('GET', file, undefined, { 'accept-encoding': 'gzip', range: 'bytes=0-9' });
    expect([range.status, range.headers.get('content-encoding')]).toEqual([206, null]);
    const small = await api.send('GET', `/v1/batches/${batch.id}?results=false`);
    expect(small.headers.get('content-encoding')).toBeNull();
  });

  it('holds while the batch runs the entries of the parts that have ended', async () => {
    openai.simulator.hold('in_progress');
    const before = openai.simulator.creates.length;
    const { id } = (await api.create({ requests: chatItems(PROMPTS) })).body;
    await eventually('every part is held', () => Promise.resolve(openai.simulator.creates.length === before + 4));
    expect(await ask('', {}, id)).toMatchObject({ indexes: [], headers: { 'x-has-more': 'false' } });

    const second = openai.simulator.creates
      .slice(before)
      .find(({ customIds }) => customIds[0]?.startsWith('r0000002-'));
    await openai.simulator.waitForBatch((held) => held.id === second?.batchId && held.status === 'in_progress');
    await fetch(`${openai.simulator.url}/batches/${second?.batchId}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-simulated' },
    });
    await eventually('its results are there', async () => (await ask('', {}, id)).indexes.length > 0);
    const partial = await ask('', {}, id);
    expect([partial.indexes, partial.headers['x-batch-status']]).toEqual([[2, 3, 4], 'in_progress']);
    const after = `after=${id.replace('batch_', 'batch_req_')}_2`;
    expect((await ask(`?${after}&limit=1`, {}, id)).indexes).toEqual([3]);
    expect((await ask('?custom_id=item-4&custom_id=item-5', {}, id)).indexes).toEqual([4]);

    openai.simulator.release();
    await api.waitFor(id);
    const ended = await ask(`?${after}`, {}, id);
    expect([ended.indexes, ended.headers['x-batch-status']]).toEqual([all.slice(3), 'completed']);
  });
});
