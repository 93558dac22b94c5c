import type { ApiClient, BatchBody, ResultEntry } from '../../support/service/api-client';
import { expectRefusal } from '../../support/service/envelope';
import { TestService } from '../../support/service/test-service';

type FileField = 'input_file_id' | 'output_file_id' | 'error_file_id';

const FILES: [name: string, field: FileField, purpose: string][] = [
  ['input', 'input_file_id', 'batch'],
  ['output', 'output_file_id', 'batch_output'],
  ['error', 'error_file_id', 'batch_output'],
];
/** More items than one block of the results' index covers, successes and failures mixed, lengths and alphabets too. */
const ITEMS = 700;

describe.each(FILES)('the %s file', (name, field, purpose) => {
  let file: { id: string; bytes: Buffer };

  beforeAll(async () => {
    const id = shared.batch[field] ?? '';
    file = { id, bytes: await whole(id) };
  });

  it('is described', async () => {
    const { status, body } = await shared.api.send('GET', `/v1/files/${file.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: file.id,
      object: 'file',
      bytes: file.bytes.length,
      created_at: expect.any(Number),
      filename: `${shared.batch.id}_${name}.jsonl`,
      purpose,
      status: 'processed',
    });
  });

  it('is JSON lines, in the order of the requests', async () => {
    const response = await get(file.id);
    expect(response.headers.get('content-type')).toMatch(/^application\/(x-ndjson|octet-stream)/);
    expect(response.headers.get('content-length')).toBe(`${file.bytes.length}`);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect((await response.arrayBuffer()).byteLength).toBe(file.bytes.length);
    const text = file.bytes.toString('utf8');
    expect(text.endsWith('\n')).toBe(true);
    const wanted = Array.from({ length: ITEMS }, (_, index) => index).filter(
      (index) => name === 'input' || fails(index) === (name === 'error'),
    );
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultEntry);
    expect(entries.map(({ custom_id }) => custom_id)).toEqual(wanted.map((index) => `item-${index}`));
  });

  it('gives any range of its bytes', async () => {
    const { length } = file.bytes;
    const border = file.bytes.indexOf('\n', length / 2);
    const ranges: [string, number, number][] = [
      ['0-0', 0, 0],
      ['0-99', 0, 99],
      [`0-${length * 2}`, 0, length - 1],
      ['-1', length - 1, length - 1],
      ['-500', length - 500, length - 1],
      [`${length - 1}-`, length - 1, length - 1],
      [`${border}-${border}`, border, border],
      [`${border - 3}-${border + 3}`, border - 3, border + 3],
      [`${border + 1}-${length - 2}`, border + 1, length - 2],
      ...spread(length),
    ];
    for (const [range, start, end] of ranges) {
      const response = await get(file.id, `bytes=${range}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect([range, response.status]).toEqual([range, 206]);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${length}`);
      expect(response.headers.get('content-length')).toBe(`${end - start + 1}`);
      expect([range, bytes.equals(file.bytes.subarray(start, end + 1))]).toEqual([range, true]);
    }
  });

  it('comes from its start for a suffix that is longer than it', async () => {
    const response = await get(file.id, `bytes=-${file.bytes.length * 2}`);
    expect(response.status).toBe(206);
    expect(Buffer.from(await response.arrayBuffer()).equals(file.bytes)).toBe(true);
  });

  it('refuses a range that it does not have', async () => {
    for (const range of [`${file.bytes.length}-`, `${file.bytes.length * 2}-${file.bytes.length * 3}`, '-0']) {
      const { status, headers } = await get(file.id, `bytes=${range}`);
      expect([range, status]).toEqual([range, 416]);
      expect(headers.get('content-range')).toBe(`bytes */${file.bytes.length}`);
    }
    const answer = await shared.api.send('GET', `/v1/files/${file.id}/content`, undefined, {
      range: `bytes=${file.bytes.length}-`,
    });
    expectRefusal(answer, 416, 'range_not_satisfiable');
  });

  it.each(['bytes=0-1,5-9', 'bytes=0-0,-1', 'bytes=a-b', 'bytes', 'lines=0-1'])('comes whole for %s', async (range) => {
    const response = await get(file.id, range);
    expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
    expect(Buffer.from(await response.arrayBuffer()).equals(file.bytes)).toBe(true);
  });

  it('answers HEAD with its length and nothing more', async () => {
    const response = await get(file.id, undefined, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, `${file.bytes.length}`]);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });
});

it('output and error file are views of the results', async () => {
  const lines = async (field: FileField) =>
    (await whole(shared.batch[field] ?? '')).toString('utf8').trimEnd().split('\n');
  const entries = [...(await lines('output_file_id')), ...(await lines('error_file_id'))].map(
    (line) => JSON.parse(line) as ResultEntry,
  );
  const byId = new Map(entries.map((entry) => [entry.custom_id, entry]));
  expect(shared.batch.results?.map(({ custom_id }) => byId.get(custom_id))).toEqual(shared.batch.results);
  expect(byId.size).toBe(ITEMS);
});

interface Shared {
  service: TestService;
  api: ApiClient;
  batch: BatchBody;
}

let shared: Shared;

beforeAll(async () => {
  const service = await TestService.start({ database: 'server' });
  const api = service.client();
  const { body } = await api.create({ requests: Array.from({ length: ITEMS }, (_, index) => itemOf(index)) });
  shared = { service, api, batch: await api.waitFor(body.id, ['completed']) };
});

afterAll(() => shared.service.dispose());

/** Failures in runs of one and of many, so that blocks hold none, some and only such. */
function fails(index: number): boolean {
  return index % 7 === 3 || (index > 300 && index < 560);
}

function itemOf(index: number) {
  const content = `${'é😀x'.repeat(index % 40)}${fails(index) ? ' [fail]' : ''}`;
  return { custom_id: `item-${index}`, body: { model: 'sandbox/flaky', messages: [{ role: 'user', content }] } };
}

/** Ranges of several lengths all over the file. */
function spread(length: number): [string, number, number][] {
  return Array.from({ length: 24 }, (_, step) => {
    const start = Math.floor((length * step) / 24);
    const end = Math.min(length - 1, start + [1, 700, 9000][step % 3]!);
    return [`${start}-${end}`, start, end];
  });
}

async function whole(id: string): Promise<Buffer> {
  return Buffer.from(await (await get(id)).arrayBuffer());
}

function get(id: string, range?: string, method = 'GET'): Promise<Response> {
  const authorization = `Bearer ${shared.service.settings().BOOTSTRAP_API_KEY}`;
  const headers = { authorization, 'accept-encoding': 'identity', ...(range !== undefined && { range }) };
  return fetch(`${shared.service.url}/v1/files/${id}/content`, { method, headers });
}
