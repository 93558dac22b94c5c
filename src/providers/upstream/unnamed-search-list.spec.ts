import { z } from 'zod';
import { readNewestFirst } from './unnamed-search-list';

type Page = Awaited<ReturnType<Parameters<typeof readNewestFirst>[2]>>;

/** The entries of the pages, which are told apart by the id behind which they begin. */
async function read(pages: Readonly<Record<string, Page>>) {
  const entries: number[] = [];
  const asked: (string | null)[] = [];
  const list = readNewestFirst('vendor', z.number(), async (last) => {
    asked.push(last);
    return pages[last ?? '']!;
  });
  try {
    for await (const entry of list) entries.push(entry);
    return { entries, asked };
  } catch (error) {
    return { entries, asked, failure: (error as { failure: string }).failure };
  }
}

describe('readNewestFirst', () => {
  it('reads page after page, and leaves out what it does not know', async () => {
    const pages = { '': { data: [3, 'x', 2], has_more: true, last_id: 'b' }, b: { data: [1] } };
    expect(await read(pages)).toEqual({ entries: [3, 2, 1], asked: [null, 'b'] });
  });

  it.each([
    ['there is no more', { data: [1], has_more: false, last_id: 'a' }],
    ['there is no id to go on from', { data: [1], has_more: true, last_id: null }],
  ])('ends where %s', async (_, page) => {
    expect(await read({ '': page })).toEqual({ entries: [1], asked: [null] });
  });

  it('does not go round in a ring, and does not know then what is there', async () => {
    const pages = {
      '': { data: [3], has_more: true, last_id: 'a' },
      a: { data: [2], has_more: true, last_id: 'b' },
      b: { data: [1], has_more: true, last_id: 'a' },
    };
    expect(await read(pages)).toEqual({ entries: [3, 2, 1], asked: [null, 'a', 'b'], failure: 'ambiguous' });
  });
});
