import { OpenAiSimulator } from './openai-simulator';
import { chatLine, chatLines, PlainClient } from './plain-client';
import type { FileObject } from './types';

const line = (change: object) => JSON.stringify({ ...(JSON.parse(chatLine('x', 'hi')) as object), ...change });
const MESSAGES = [{ role: 'user', content: 'hi' }];

describe('OpenAiSimulator, strict about what it receives', () => {
  let simulator: OpenAiSimulator;
  let client: PlainClient;

  beforeEach(async () => {
    simulator = await OpenAiSimulator.start({ validatingMs: 1, runningMs: 4, finalizingMs: 1, maxLines: 5 });
    client = new PlainClient(simulator);
  });
  afterEach(() => simulator.stop());

  it.each([
    ['invalid_json_line', '{"custom_id":'],
    ['invalid_json_line', ''],
    ['invalid_json_line', '[1]'],
    ['invalid_json_line', `\uFEFF${chatLine('x', 'hi')}`],
    ['duplicate_custom_id', chatLine('r0', 'hi')],
    ['missing_required_parameter', line({ custom_id: undefined })],
    ['missing_required_parameter', line({ method: undefined })],
    ['missing_required_parameter', line({ body: undefined })],
    ['missing_required_parameter', line({ body: { messages: MESSAGES } })],
    ['mismatched_model', chatLine('x', 'hi', 'gpt-4o')],
    ['model_not_found', chatLine('x', 'hi', 'gpt-nine')],
    ['invalid_url', line({ url: '/v1/embeddings' })],
    ['invalid_request', line({ method: 'GET' })],
    ['invalid_request', line({ custom_id: 7 })],
    ['streaming_unsupported', line({ body: { model: 'gpt-4o-mini', messages: MESSAGES, stream: true } })],
  ])('fails the whole batch with %s at the first bad line, and runs nothing: %j', async (code, bad) => {
    const { id } = await client.submit([chatLine('r0', 'hi'), bad, '{also bad']);
    const ended = await simulator.waitForBatch((batch) => batch.failed_at !== null);
    expect(await client.get(id)).toEqual(ended);
    expect(ended).toMatchObject({
      status: 'failed',
      in_progress_at: null,
      output_file_id: null,
      error_file_id: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
    });
    const error = { code, message: expect.any(String), line: 2 };
    expect(ended.errors).toMatchObject({ object: 'list', data: [error] });
    expect(ended.errors?.data).toHaveLength(1);
  });

  it('fails a file with too many lines, an empty one, and a batch over a quota', async () => {
    await client.submit(chatLines(6));
    await client.create(((await client.upload('')).body as FileObject).id);
    simulator.refuseNextBatch('token_limit_exceeded', 'Enqueued token limit reached.');
    await client.submit(chatLines(1));
    for (const code of ['too_many_tasks', 'empty_file', 'token_limit_exceeded']) {
      await simulator.waitForBatch((batch) => batch.errors?.data[0]?.code === code);
    }
    expect(simulator.batches.map((batch) => batch.status)).toEqual(['failed', 'failed', 'failed']);
  });

  it('serves a file: upload, get, list, content byte for byte, delete, then 404', async () => {
    const content = 'one\r\n--not a boundary\r\n\r\nümlaut';
    const policy = { 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };
    const made = (await client.upload(content, policy)).body as FileObject;
    expect(made).toMatchObject({ object: 'file', filename: 'in.jsonl', purpose: 'batch', status: 'processed' });
    expect(made.bytes).toBe(Buffer.byteLength(content));
    expect(made.expires_at).toBe(made.created_at + 3600);
    expect((await client.send('GET', `/files/${made.id}`)).body).toEqual(made);
    expect((await client.send('GET', '/files?purpose=batch&limit=1')).body).toMatchObject({ data: [{ id: made.id }] });
    expect((await client.send('GET', `/files/${made.id}/content`)).body).toBe(content);
    expect(simulator.uploads[0]?.content.toString()).toBe(content);
    const deleted = await client.send('DELETE', `/files/${made.id}`);
    expect(deleted.body).toEqual({ id: made.id, object: 'file', deleted: true });
    const gone = await client.send('GET', `/files/${made.id}`);
    expect(gone).toMatchObject({ status: 404, body: { error: { type: 'invalid_request_error', param: 'id' } } });
    expect((await client.create(made.id)).status).toBe(400);
  });

  it.each([
    ['another purpose', { purpose: 'assistants' }, 'in.jsonl'],
    ['an unknown field', { purpose: 'batch', extra: '1' }, 'in.jsonl'],
    ['half an expiry policy', { 'expires_after[anchor]': 'created_at' }, 'in.jsonl'],
    ['another extension', {}, 'in.txt'],
  ])('refuses an upload with %s', async (_, fields, filename) => {
    expect(await client.upload('x', fields as Record<string, string>, filename)).toMatchObject({ status: 400 });
    expect(simulator.uploads).toEqual([]);
  });

  it.each([
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'],
    ['multipart/form-data; boundary=b', 'no boundary at all'],
    ['application/json', '{}'],
  ])('refuses a form it cannot read: %s %j', async (contentType, body) => {
    const headers = { authorization: 'Bearer sk-simulated', 'content-type': contentType };
    const refused = await fetch(`${simulator.url}/files`, { method: 'POST', headers, body });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it.each<[object, string]>([
    [{ model: 'gpt-4o-mini' }, 'model'],
    [{ endpoint: '/chat/completions' }, 'endpoint'],
    [{ completion_window: '12h' }, 'completion_window'],
    [{ input_file_id: 'file-none' }, 'input_file_id'],
    [{ input_file_id: undefined }, 'input_file_id'],
    [{ metadata: { attempt: 1 } }, 'metadata.attempt'],
    [{ metadata: { ['k'.repeat(65)]: 'v' } }, 'metadata'],
    [{ metadata: { k: 'v'.repeat(513) } }, 'metadata.k'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, ''])) }, 'metadata'],
    [{ output_expires_after: { anchor: 'created_at', seconds: 60 } }, 'output_expires_after.seconds'],
  ])('refuses a create with %j', async (change, param) => {
    const file = (await client.upload(chatLine('a', 'hi'))).body as FileObject;
    const refused = await client.create(file.id, change);
    expect(refused).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error', param } } });
    expect(simulator.creates).toEqual([]);
  });

  it('refuses a wrong key and an unknown URL in the shape of the vendor', async () => {
    const stranger = new PlainClient(simulator, 'sk-other');
    const denied = await stranger.send('GET', '/batches');
    expect(denied).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key', param: null } } });
    expect(await client.send('GET', '/batchez')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_url' } },
    });
    expect(await client.send('GET', '/batches/batch_none')).toMatchObject({ status: 404 });
  });
});
