import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../exit-code';
import { toInputOptions, type InputFlags } from './input-flags';
import { formatByBeginning, formatByName } from './input-format';
import { LineRuns } from './line-runs';
import { readRequests } from './read-requests';

const ROWS: InputFlags = { model: 'm', prompt: 'Translate {{text}}' };
const { signal } = new AbortController();

describe('an input that is not right', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrong-input-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function failure(name: string, text: string | Buffer, flags: InputFlags): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    try {
      for await (const request of readRequests(toInputOptions(path, flags), new Map(), signal)) void request;
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('It was taken');
  }

  it.each<[name: string, text: string | Buffer, flags: InputFlags, message: RegExp]>([
    ['a.csv', 'id,text\n1,x', {}, /table needs --model and --prompt/],
    [
      'a.csv',
      'id,text\n1,x',
      { ...ROWS, prompt: '{{txt}}' },
      /no column "txt" in line 2. Its columns are "id", "text"/,
    ],
    ['a.csv', 'id,text\n1,x', { ...ROWS, idColumn: 'key' }, /no column "key"/],
    ['a.csv', 'id,text\n1,"x\n', ROWS, /table cannot be read/],
    ['a.csv', 'id,text\n1,x,y', ROWS, /table cannot be read: .*line 2/],
    ['a.csv', 'id,text, text\n1,x,y', ROWS, /column "text" twice/],
    ['a.jsonl', '\n{"text":"x"}\n\n{"txt":"x"}', ROWS, /no column "text" in line 4. Its columns are "txt"/],
    ['a.jsonl', '{"text":"x"}', {}, /line 1 is no request: it has no "body". .*--prompt/],
    ['a.jsonl', '{"body":{}}\n\n{"body":}', {}, /line 3 is not JSON/],
    ['a.jsonl', '{"body":{}}\n[1]', {}, /line 2 is not a JSON object/],
    ['a.jsonl', Buffer.from([0x7b, 0xff, 0x7d]), {}, /line 1 is not UTF-8/],
    ['a.json', '[{"body":{}}, 5]', {}, /request 2 is not a JSON object/],
    ['a.json', '{"requests":[{"body":{}}', {}, /no JSON document: Unexpected end/],
    ['a.json', '{\n"request":[]}', {}, /no list of requests/],
    ['a.json', '{"requests":[{}],\n"requests":[{}]}', { format: 'json' }, /Duplicate key/],
  ])('%s with %j', async (name, text, flags, message) => {
    expect(await failure(name, text, flags)).toMatch(message);
  });

  it.each(['none.jsonl', '.'])('cannot be read: %s', async (name) => {
    const read = readRequests(toInputOptions(join(folder, name), {}), new Map(), signal);
    await expect(read.next()).rejects.toThrow(UsageError);
  });

  it.each<[InputFlags, RegExp]>([
    [{ model: 'm' }, /--model is for rows/],
    [{ idColumn: 'a' }, /--id-column is for rows/],
    [{ prompt: 'p' }, /--prompt needs --model/],
    [{ ...ROWS, url: '/v1/responses' }, /Rows become requests for/],
    [{ ...ROWS, url: '/v1/embeddings', maxTokens: 1 }, /neither --system nor --max-tokens/],
  ])('by its options: %j', (flags, message) => {
    expect(() => toInputOptions('a.csv', flags)).toThrow(message);
  });
});

describe('rows', () => {
  it('become embeddings where that is asked for, with ids by their numbers and values as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rows-'));
    const path = join(folder, 'a.jsonl');
    await writeFile(path, '{"text":[1]}\n{"text":null}');
    const options = toInputOptions(path, { ...ROWS, url: '/v1/embeddings' });
    const made: unknown[] = [];
    for await (const { json } of readRequests(options, new Map(), signal)) made.push(JSON.parse(json.toString()));
    await rm(folder, { recursive: true });
    expect(made).toEqual([
      { custom_id: 'row-1', url: '/v1/embeddings', body: { model: 'm', input: 'Translate [1]' } },
      { custom_id: 'row-2', url: '/v1/embeddings', body: { model: 'm', input: 'Translate null' } },
    ]);
  });
});

describe('the format', () => {
  it.each([
    ['a.jsonl', 'jsonl'],
    ['A.CSV', 'csv'],
    ['a.json', null],
    ['-', null],
  ])('of %s is told by its name: %s', (path, format) => expect(formatByName(path)).toBe(format));

  it.each([
    ['', 'jsonl'],
    [' \n [1', 'json'],
    ['{"custom_id":"a","body":{}}\n{', 'jsonl'],
    ['{"custom_id":"a","body":{"x":"', 'jsonl'],
    ['{"requests":[{"custom_id', 'json'],
    ['{"metadata":{},"requests": [{}]}\n', 'json'],
    ['{\n  "requests": [', 'json'],
    ['id,text\n', 'csv'],
  ])('of %j is told by its beginning: %s', (text, format) => expect(formatByBeginning(text)).toBe(format));
});

describe('LineRuns', () => {
  it('knows the line of each item', () => {
    const lines = [1, 2, 5, 6, 7, 11];
    const runs = new LineRuns();
    lines.forEach((line, index) => runs.add(index, line));
    expect(lines.map((_, index) => runs.lineOf(index))).toEqual(lines);
    expect(new LineRuns().lineOf(3)).toBeNull();
  });
});
