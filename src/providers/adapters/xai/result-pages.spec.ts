import fc from 'fast-check';
import { IncompleteDownloadError } from '../../contract/adapter';
import { readPages } from './result-pages';

/** Pages by the token that asks for them, cut into pieces of some bytes. */
async function read(pages: Readonly<Record<string, string>>, pieceBytes = 7): Promise<string[]> {
  const rows: string[] = [];
  const download = async function* (query: string) {
    const bytes = Buffer.from(pages[new URLSearchParams(query).get('pagination_token') ?? ''] ?? '');
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  for await (const row of readPages(download)) rows.push(row.toString());
  return rows;
}

const page = (rows: readonly string[], token: string | null) =>
  `{"results":[${rows.join(',')}],"pagination_token":${JSON.stringify(token)}}`;

describe('readPages', () => {
  it('follows the pages to the end, and hands out rows as they stand', async () => {
    const row = '{"n": 12345678901234567890,\n"p":1.10}';
    expect(await read({ '': page([row, '2'], 'a/b+c=&'), 'a/b+c=&': page(['3'], null) })).toEqual([row, '2', '3']);
  });

  it.each([
    ['null', page(['1'], null)],
    ['empty', page(['1'], '')],
    ['left out', '{"results":[1]}'],
    ['before the rows', '{"pagination_token":null,"results":[1]}'],
    ['among others', '{"x":{"results":[9]},"results":[1],"pagination_token":null,"y":[]}'],
  ])('ends where the token is %s', async (_, text) => {
    expect(await read({ '': text })).toEqual(['1']);
  });

  it('asks with a token that is no whole text, as far as it is one', async () => {
    expect(await read({ '': page(['1'], 'a\ud800'), 'a\ufffd': page(['2'], null) })).toEqual(['1', '2']);
  });

  it('goes on behind a page without rows', async () => {
    expect(await read({ '': page([], 'a'), a: page(['1'], null) })).toEqual(['1']);
  });

  it.each([
    ['there is nothing', ''],
    ['it is no JSON', '<html>'],
    ['it is no object', '[1]'],
    ['it has no rows', '{"pagination_token":null}'],
    ['its rows are no list', '{"results":null}'],
    ['its token is of another kind', '{"results":[],"pagination_token":1}'],
    ['its rows come twice', '{"results":[1],"results":[2]}'],
    ['something follows it', `${page([], null)}}`],
  ])('is not whole when %s', async (_, text) => {
    await expect(read({ '': text })).rejects.toBeInstanceOf(IncompleteDownloadError);
  });

  it.each([
    ['to itself', { '': page(['1'], 'a'), a: page(['2'], 'a') }],
    ['to an earlier one', { '': page(['1'], 'a'), a: page(['2'], 'b'), b: page([], 'a') }],
  ])('is not whole when a page leads back %s', async (_, pages) => {
    await expect(read(pages)).rejects.toBeInstanceOf(IncompleteDownloadError);
  });

  it('never takes a page for whole that ends early, wherever that is', async () => {
    const whole = page(['{"a":"]}"}', '{"b":[1,{}]}'], null);
    const property = fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 9 }), async (end, piece) => {
      await expect(read({ '': whole.slice(0, end) }, piece)).rejects.toBeInstanceOf(IncompleteDownloadError);
    });
    await fc.assert(property);
  });

  it('passes on what the download throws', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      throw new RangeError('broken');
    };
    await expect(readPages(broken).next()).rejects.toBeInstanceOf(RangeError);
  });
});
