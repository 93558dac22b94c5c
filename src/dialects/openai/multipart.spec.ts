import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { readForm } from './multipart';
import { readUploadFields } from './upload-fields';

const HEADERS = { 'content-type': 'multipart/form-data; boundary=b' };
const part = (head: string, content: string) => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
const FILE = 'name="file"; filename="a/b.jsonl"';
const END = '--b--\r\n';

async function* piecesOf(body: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const stored = (bytes: AsyncIterable<Buffer>) => text(bytes);
const formOf = (body: AsyncIterable<Buffer>, maxBytes = 100_000) => ({ headers: HEADERS, body, maxBytes });
const read = (body: string, size?: number) => readForm(formOf(piecesOf(body, size)), stored);

describe('readForm', () => {
  it('reads file and fields in any order, however they are cut', async () => {
    const parts = [part(FILE, '{"é":1}\r\n--a\n'), part('name="purpose"', 'batch'), part('name="x"', '')];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(parts, { minLength: 3 }),
        fc.integer({ min: 1, max: 200 }),
        async (all, size) => {
          const { file, fields } = await read(`${all.join('')}${END}`, size);
          expect(file).toEqual({ stored: '{"é":1}\r\n--a\n', filename: 'b.jsonl' });
          expect(Object.fromEntries(fields)).toEqual({ purpose: 'batch', x: '' });
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['ends in a head', '--b\r\nConten'],
    ['ends in the file', part(FILE, 'x').slice(0, -3)],
    ['ends in another file', part('name="other"; filename="x"', 'x').slice(0, -3)],
    ['is none', 'hello'],
    ['has a broken head before the file', `--b\r\nContent-D\bq: x\r\n\r\nx\r\n${part(FILE, 'x')}--`],
  ])('refuses with 400 a form that %s, even where the file is read late', async (_, body) => {
    const late = async (bytes: AsyncIterable<Buffer>) => {
      await turn();
      return text(bytes);
    };
    for (const store of [stored, late])
      for (const size of [7, body.length])
        await expect(readForm(formOf(piecesOf(body, size)), store)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('throws what the body and the store throw', async () => {
    const [lost, full] = [new Error('lost'), new Error('full')];
    const broken = async function* () {
      yield Buffer.from(part(FILE, 'x').slice(0, -3));
      throw lost;
    };
    await expect(readForm(formOf(broken()), stored)).rejects.toBe(lost);
    await expect(readForm(formOf(piecesOf(part(FILE, 'x') + END)), () => Promise.reject(full))).rejects.toBe(full);
  });

  it.each([
    ['before its first part', ''],
    ['in the file', part(FILE, 'x').slice(0, -2)],
    ['in a part that does not belong in it', part('name="other"; filename="x"', 'x').slice(0, -2)],
    ['behind its end', part(FILE, 'x') + END],
  ])('reads no more than it may of a form that goes on for ever %s', async (_, begun) => {
    let given = 0;
    const endless = async function* () {
      yield Buffer.from(begun);
      for (; given < 1_000_000; given += 1000) yield Buffer.alloc(1000, 'x');
    };
    const refused = { name: 'PayloadTooLargeError', code: 'payload_too_large' };
    await expect(readForm(formOf(endless(), 50_000), stored)).rejects.toMatchObject(refused);
    expect(given).toBeLessThan(60_000);
  });

  it.each([
    ['two files', part(FILE, 'x') + part(FILE, 'y'), 'file'],
    ['a file in another field', part('name="upload"; filename="x"', 'x'), 'upload'],
    ['a long field', part('name="purpose"', 'x'.repeat(5000)), 'purpose'],
    ['many fields', Array.from({ length: 17 }, (_, index) => part(`name="f${index}"`, '')).join(''), 'file'],
  ])('refuses %s with 422', async (_, body, field) => {
    await expect(read(body + END)).rejects.toMatchObject({ faults: [{ loc: ['body', field] }] });
  });

  it('refuses a content type without a boundary', async () => {
    const headers = { 'content-type': 'multipart/form-data' };
    await expect(readForm({ ...formOf(piecesOf(END)), headers }, stored)).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('readUploadFields', () => {
  const readFields = (fields: Record<string, string>) => readUploadFields(new Map(Object.entries(fields)), true);

  it('tells when the file expires', () => {
    expect(readFields({ purpose: 'batch' })).toBeNull();
    const expiry = { 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };
    expect(readFields({ purpose: 'batch', ...expiry })).toBe(3600);
  });

  it.each([
    [{}, ['purpose']],
    [{ purpose: 'fine-tune' }, ['purpose']],
    [{ purpose: 'batch', 'expires_after[seconds]': '3600' }, ['expires_after.anchor']],
    [
      { purpose: 'batch', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '1e9' },
      ['expires_after.seconds'],
    ],
    [
      { purpose: 'batch', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '60' },
      ['expires_after.seconds'],
    ],
  ])('refuses %j', (fields, faulty) => {
    let thrown: unknown;
    try {
      readFields(fields);
    } catch (error) {
      thrown = error;
    }
    const { faults } = thrown as { faults: { loc: string[] }[] };
    expect(faults.map(({ loc }) => loc.slice(1).join('.'))).toEqual(faulty);
  });
});
