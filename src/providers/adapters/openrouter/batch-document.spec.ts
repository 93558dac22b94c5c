import { Readable } from 'node:stream';
import fc from 'fast-check';
import { IncompleteDownloadError } from '../../contract/adapter';
import { BatchDocument } from './batch-document';

async function read(text: string, cut = text.length) {
  const bytes = Buffer.from(text);
  const document = new BatchDocument();
  const rows: string[] = [];
  for await (const row of document.rows(Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]))) {
    rows.push(row.toString());
  }
  return { rows, fields: document.fields, hasResults: document.hasResults };
}

const WHOLE =
  '{"id":"b1","status":"completed","created_at":1,"usage":{"cost":1},"results":[{"custom_id":"r1",\n"n":1.10},\n {"x":[]}],"error":null}';

describe('BatchDocument', () => {
  it('reads rows and fields, however the document is cut into pieces', async () => {
    const expected = {
      rows: ['{"custom_id":"r1", "n":1.10}', '{"x":[]}'],
      fields: { id: 'b1', status: 'completed', created_at: 1, usage: { cost: 1 }, error: null },
      hasResults: true,
    };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: WHOLE.length }), async (cut) => {
        expect(await read(WHOLE, cut)).toEqual(expected);
      }),
    );
  });

  it('takes no document for whole that is cut short anywhere', async () => {
    for (let length = 0; length < WHOLE.length; length++) {
      await expect(read(WHOLE.slice(0, length))).rejects.toBeInstanceOf(IncompleteDownloadError);
    }
  });

  it.each(['<html>', '{"results":[1],"results":[2]}', `${'['.repeat(20_000)}`, '{"error":{"message":"x"'])(
    'takes %.20s for no such document',
    async (text) => {
      await expect(read(text)).rejects.toBeInstanceOf(IncompleteDownloadError);
    },
  );

  it.each(['{"results":null}', '{}', '[]', '7'])('finds no results in %s', async (text) => {
    expect(await read(text)).toEqual({ rows: [], fields: {}, hasResults: false });
  });

  it('leaves an error of the download as it is', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('{"id":"b1",');
        throw new RangeError('gone');
      })(),
    );
    const rows = new BatchDocument().rows(failing);
    await expect(rows.next()).rejects.toBeInstanceOf(RangeError);
  });
});
