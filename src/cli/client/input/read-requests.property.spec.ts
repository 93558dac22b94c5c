import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { InputFormat } from './input-format';
import { readJsonDocument, type DocumentFields } from './json-document';
import { readRequests } from './read-requests';
import type { RowOptions } from './row-request';

const ROWS: RowOptions = { model: 'm', prompt: 'Say {{ b }} of {{a}}', system: '{{b}}', idColumn: 'a', maxTokens: 7 };
const { signal } = new AbortController();
const cell = fc.string({ unit: 'grapheme' });
const tables = fc.array(fc.record({ a: cell, b: cell }), { minLength: 1, maxLength: 8 });
const requests = fc.array(
  fc.record({ custom_id: cell, body: fc.dictionary(fc.string(), fc.jsonValue()) }, { noNullPrototype: true }),
  { minLength: 1, maxLength: 8 },
);

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');

describe('readRequests', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'read-requests-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(
    text: string,
    format: InputFormat | null,
    rows: RowOptions | null,
    url?: string,
  ): Promise<string[]> {
    const path = join(folder, 'input');
    await writeFile(path, text);
    const found: string[] = [];
    for await (const { json } of readRequests({ path, format, rows, url }, new Map(), signal))
      found.push(json.toString());
    return found;
  }

  it('makes the same requests of the same rows, in whichever format and with a byte order mark or without', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.boolean(), fc.constantFrom('\n', '\r\n'), async (rows, marked, end) => {
        const mark = marked ? '\ufeff' : '';
        const csv = ['a,b', ...rows.map(({ a, b }) => `${quoted(a)},${quoted(b)}`)].join(end);
        const tsv = ['a\tb', ...rows.map(({ a, b }) => `${quoted(a)}\t${quoted(b)}`)].join(end);
        const made = await read(mark + lines(rows), 'jsonl', ROWS);
        expect(made.map((json) => JSON.parse(json) as unknown)).toEqual(
          rows.map(({ a, b }) => ({
            custom_id: a,
            body: {
              model: 'm',
              messages: [
                { role: 'system', content: b },
                { role: 'user', content: `Say ${b} of ${a}` },
              ],
              max_tokens: 7,
            },
          })),
        );
        expect(await read(mark + csv, 'csv', ROWS)).toEqual(made);
        expect(await read(mark + tsv, 'tsv', ROWS)).toEqual(made);
        expect(await read(mark + JSON.stringify(rows, null, 2), null, ROWS)).toEqual(made);
      }),
      { numRuns: 60 },
    );
  });

  it('takes requests from lines, a list or a document, and knows which it is', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(0, 2), async (items, indent) => {
        const wanted = items.map((item) => JSON.stringify(item));
        const parsed = async (text: string) =>
          (await read(text, null, null)).map((json) => JSON.stringify(JSON.parse(json)));
        expect(await read(wanted.join('\n'), null, null)).toEqual(wanted);
        expect(await parsed(JSON.stringify(items, null, indent))).toEqual(wanted);
        expect(await parsed(JSON.stringify({ requests: items }, null, indent))).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('names the endpoint where a request names none, and changes nothing else', async () => {
    const text = '{"custom_id": "a", "body": {"n": 1.0}}\n{"url":"/v1/other","body":{}}';
    expect(await read(text, null, null, '/v1/embeddings')).toEqual([
      '{"url":"/v1/embeddings","custom_id": "a", "body": {"n": 1.0}}',
      '{"url":"/v1/other","body":{}}',
    ]);
  });

  it('sends numbers as they are spelled, and a request over several lines on one', async () => {
    const item = '{"custom_id":"a",\r\n"body":{"seed":12345678901234567890,"x":1.50}}';
    expect(await read(`[${item}]`, null, null)).toEqual([item.replace('\r\n', '  ')]);
  });
});

describe('readJsonDocument', () => {
  it('finds the same whatever the chunks are', async () => {
    const item = { custom_id: 'é', body: { model: 'm', text: '[]{}","' } };
    const document = { metadata: { a: [1] }, requests: [item, item], completion_window: '24h', other: [item] };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(document, [item, item]),
        fc.integer({ min: 1, max: 200 }),
        async (value, size) => {
          const fields: DocumentFields = new Map();
          const bytes = Buffer.from(`\n ${JSON.stringify(value)}\n`);
          const pieces = async function* () {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          };
          const items: unknown[] = [];
          for await (const { value: found } of readJsonDocument(pieces(), fields)) items.push(found);
          expect(items).toEqual([item, item]);
          const texts = [...fields].map(([key, text]) => [key, text.toString()]);
          expect(Object.fromEntries(texts)).toEqual(
            Array.isArray(value) ? {} : { metadata: '{"a":[1]}', completion_window: '"24h"' },
          );
        },
      ),
    );
  });
});
