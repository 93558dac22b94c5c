import { FireworksSimulator } from './fireworks-simulator';
import type { SimulatorOptions } from './types';

const KEY = { authorization: 'Bearer fw_simulated' };
const JSON_TYPE = { 'content-type': 'application/json' };
const MODEL = 'accounts/fireworks/models/llama-v3p1-8b-instruct';
const nameOf = (dataset: string) => `accounts/acme/datasets/${dataset}`;
const row = (custom_id: unknown, text = 'hi', more: object = {}) =>
  JSON.stringify({ custom_id, body: { messages: [{ role: 'user', content: text }], ...more } });

describe('FireworksSimulator', () => {
  let simulator: FireworksSimulator;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await FireworksSimulator.start({ stateMs: 1, ...options });
  }
  beforeEach(() => start());
  afterEach(() => simulator.stop());

  async function request(url: string, init: RequestInit) {
    const answer = await fetch(url, init);
    const text = await answer.text();
    return { status: answer.status, text, json: () => JSON.parse(text) };
  }

  const get = (path: string) => request(simulator.url + path, { headers: KEY });
  const remove = (path: string) => request(simulator.url + path, { method: 'DELETE', headers: KEY });
  const post = (path: string, body: unknown) =>
    request(simulator.url + path, { method: 'POST', headers: { ...KEY, ...JSON_TYPE }, body: JSON.stringify(body) });

  function upload(dataset: string, content: string, field = 'file') {
    const body = new FormData();
    body.append(field, new Blob([content]), 'input.jsonl');
    return request(`${simulator.url}/datasets/${dataset}:upload`, { method: 'POST', headers: KEY, body });
  }

  const declare = (datasetId: string, exampleCount: unknown = '1') =>
    post('/datasets', { datasetId, dataset: { userUploaded: {}, exampleCount } });

  async function input(dataset: string, rows: readonly string[]): Promise<void> {
    await declare(dataset);
    await upload(dataset, rows.map((each) => `${each}\n`).join(''));
    await get(`/datasets/${dataset}`);
  }

  const create = (id: string, dataset: string, more: object = {}) =>
    post(`/batchInferenceJobs?batchInferenceJobId=${id}`, { model: MODEL, inputDatasetId: nameOf(dataset), ...more });
  const ended = (id: string) => simulator.waitForBatch((job) => job.id === id && job.ended);
  const links = async (dataset: string) => {
    const { filenameToSignedUrls } = (await get(`/datasets/${dataset}:getDownloadEndpoint`)).json();
    return Object.entries(filenameToSignedUrls as Record<string, string>);
  };

  it('runs a job, and mixes its rows over two files behind signed links', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => row(`r${index}`, index ? 'hi' : '#status:400'));
    await input('in', rows);
    simulator.hold();
    const made = (await create('job', 'in', { outputDatasetId: nameOf('out') })).json();
    expect(made).toMatchObject({
      name: 'accounts/acme/batchInferenceJobs/job',
      state: 'JOB_STATE_VALIDATING',
      outputDatasetId: nameOf('out'),
      jobProgress: null,
    });
    await simulator.waitForBatch((job) => job.processed === 6);
    // The total is what was declared, not what was uploaded.
    const running = { totalInputRequests: 1, totalProcessedRequests: 6, failedRequests: 1 };
    expect((await get('/batchInferenceJobs/job')).json()).toMatchObject({
      state: 'JOB_STATE_RUNNING',
      jobProgress: running,
    });
    expect((await get('/datasets/out:getDownloadEndpoint')).json()).toMatchObject({ code: 5 });
    simulator.release();
    await ended('job');
    const [[results, resultsUrl = ''] = [], [errors, errorsUrl = ''] = []] = await links('out');
    expect([results, errors]).toEqual(['dataset/out/BIJOutputSet.jsonl', 'dataset/out/error-data']);
    const ids = (await request(resultsUrl, {})).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).custom_id as string);
    const sent = simulator.created[0]?.customIds.slice(1) ?? [];
    expect([ids.length, ids.join() === sent.join(), [...ids].sort()]).toEqual([11, false, [...sent].sort()]);
    expect((await request(errorsUrl, {})).json()).toMatchObject({ custom_id: 'r0', error: { code: 400 } });
  });

  it('gives a link to everybody, for a while, and not with a key', async () => {
    await input('in', [row('a')]);
    await create('job', 'in', { outputDatasetId: nameOf('out') });
    await ended('job');
    const url = (await links('out'))[0]?.[1] ?? '';
    expect((await request(url, {})).status).toBe(200);
    expect((await request(url, { headers: KEY })).status).toBe(400);
    expect((await request(`${url}0`, {})).status).toBe(403);
    const later = url.replace(/Expires=\d+/, 'Expires=9999999999999');
    expect((await request(later, {})).text).toContain('SignatureDoesNotMatch');
    await remove('/datasets/out');
    expect((await request(url, {})).status).toBe(404);
    await simulator.stop();
    await start({ linkMs: -1 });
    await input('in', [row('a')]);
    expect((await request((await links('in'))[0]?.[1] ?? '', {})).text).toContain('ExpiredToken');
  });

  it('takes no body where it gives links, and no other method', async () => {
    await declare('in');
    const url = new URL(`${simulator.url}/datasets/in:getDownloadEndpoint`);
    expect((await request(url.href, { method: 'POST', headers: KEY })).status).toBe(405);
    const { request: send } = await import('undici');
    const { statusCode, body } = await send(url, { method: 'GET', headers: KEY, body: '{}' });
    await body.dump();
    expect(statusCode).toBe(400);
  });

  it.each<[string, unknown]>([
    ['no body', 7],
    ['no count', { datasetId: 'in', dataset: { userUploaded: {} } }],
    ['a count of none', { datasetId: 'in', dataset: { userUploaded: {}, exampleCount: '0' } }],
    ['the count elsewhere', { datasetId: 'in', exampleCount: '1', dataset: { userUploaded: {} } }],
    ['no source', { datasetId: 'in', dataset: { exampleCount: '1' } }],
    ['no id', { dataset: { userUploaded: {}, exampleCount: '1' } }],
    ['an id in capitals', { datasetId: 'In', dataset: { userUploaded: {}, exampleCount: '1' } }],
    ['a long id', { datasetId: 'a'.repeat(64), dataset: { userUploaded: {}, exampleCount: '1' } }],
  ])('refuses a dataset that has %s', async (_, body) => {
    expect((await post('/datasets', body)).status).toBe(400);
    expect(simulator.datasets).toEqual([]);
  });

  it('takes one upload a dataset, of one file, and is ready when it was looked at', async () => {
    expect((await upload('in', row('a'))).json()).toMatchObject({ code: 5 });
    expect((await declare('in', 3)).json()).toMatchObject({ name: nameOf('in'), state: 'UPLOADING' });
    expect((await declare('in')).status).toBe(409);
    expect((await upload('in', row('a'), 'other')).status).toBe(400);
    expect((await get('/datasets/in')).json().state).toBe('UPLOADING');
    expect((await create('job', 'in')).json()).toMatchObject({ code: 9 });
    expect((await upload('in', row('a'))).json()).toMatchObject({
      id: nameOf('in'),
      object: 'file',
      bytes: row('a').length,
    });
    expect((await upload('in', row('a'))).status).toBe(400);
    const states = [await get('/datasets/in'), await get('/datasets/in')].map((reply) => reply.json().state);
    expect(states).toEqual(['UPLOADING', 'READY']);
  });

  it.each<[string, object]>([
    ['another field', { completionWindow: '24h' }],
    ['no model', { model: undefined }],
    ['the short name of a model', { model: 'llama-v3p1-8b-instruct' }],
    ['the short name of a dataset', { inputDatasetId: 'in' }],
    ['the dataset of another account', { inputDatasetId: 'accounts/other/datasets/in' }],
    ['the short name of an output', { outputDatasetId: 'out' }],
  ])('refuses a job that has %s', async (_, more) => {
    await input('in', [row('a')]);
    expect((await create('job', 'in', more)).json()).toMatchObject({ code: 3 });
    expect(simulator.created).toEqual([]);
  });

  it('refuses a job whose id or output is taken, or whose input is not there', async () => {
    await input('in', [row('a')]);
    expect((await create('job', 'none')).status).toBe(404);
    expect((await create('job', 'in')).status).toBe(200);
    expect((await create('job', 'in')).json()).toMatchObject({ code: 6 });
    expect((await create('job2', 'in', { outputDatasetId: nameOf('in') })).status).toBe(409);
    expect((await get('/batchInferenceJobs')).json().batchInferenceJobs).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['no object', '[]'],
    ['no id', row(undefined)],
    ['an id twice', row('a')],
    ['another field', JSON.stringify({ ...JSON.parse(row('b')), method: 'POST' })],
    ['no body', '{"custom_id":"b"}'],
    ['a model of its own', row('b', 'hi', { model: MODEL })],
    ['no messages', row('b', 'hi', { messages: [] })],
    ['an unknown role', row('b', 'hi', { messages: [{ role: 'bananas' }] })],
  ])('fails a whole job for a line that has %s, and names the line before', async (_, bad) => {
    await input('in', [row('a'), bad]);
    await create('job', 'in', { outputDatasetId: nameOf('out') });
    await ended('job');
    expect((await get('/batchInferenceJobs/job')).json()).toMatchObject({
      state: 'JOB_STATE_FAILED',
      status: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('input.jsonl:1: ') },
    });
    expect(simulator.datasets).toEqual(['in']);
  });

  it('writes what ran when a job expires, and nothing when nothing did', async () => {
    await input('in', [row('a'), row('b')]);
    simulator.hold();
    await create('job', 'in', { outputDatasetId: nameOf('out') });
    await simulator.waitForBatch((job) => job.processed === 1);
    simulator.hold('VALIDATING');
    await create('job2', 'in', { outputDatasetId: nameOf('out2') });
    simulator.expireAll();
    expect((await get('/batchInferenceJobs/job')).json().state).toBe('JOB_STATE_EXPIRED');
    expect(simulator.datasets).toEqual(['in', 'out']);
    expect((await request((await links('out'))[0]?.[1] ?? '', {})).json().custom_id).toBe('a');
    expect(() => simulator.hold('DREAMING')).toThrow(TypeError);
  });

  it('shows for a while how a deleted job goes, and keeps nothing of it', async () => {
    await input('in', [row('a')]);
    simulator.hold();
    await create('job', 'in');
    expect((await remove('/batchInferenceJobs/job')).json()).toEqual({});
    await ended('job');
    expect((await get('/batchInferenceJobs/job')).text).toMatch(/DELETING_CLEANING_UP|not found/);
    expect(simulator.datasets).toEqual(['in']);
    expect((await remove('/datasets/in')).json()).toEqual({});
    expect((await remove('/datasets/in')).status).toBe(404);
  });

  it('answers a bad key with a 403 in another shape, and hides a job that is to be hidden', async () => {
    const refused = await request(`${simulator.url}/datasets/in`, { headers: { authorization: 'Bearer x' } });
    expect([refused.status, refused.json().error.code]).toEqual([403, 'UNAUTHORIZED']);
    await input('in', [row('a')]);
    simulator.faults.add({ route: 'create', kind: { visible_after_ms: 60_000 } });
    await create('job', 'in');
    expect((await get('/batchInferenceJobs/job')).status).toBe(404);
    expect((await create('job', 'in')).status).toBe(409);
  });
});
