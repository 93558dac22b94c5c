import fc from 'fast-check';
import { MemoryBlobs } from '../../test/support/memory-blobs';
import { ResultsIndexBuilder } from '../files/results-index';
import { SegmentReader } from '../files/segment-reader';
import type { BatchEntity } from './batch.entity';
import type { BatchesStore } from './batches.store';
import type { PartEntity } from './part.entity';
import { ResultsPages, type ResultsQuery } from './results-pages';

const ULID = '01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D';
const BATCH = { id: `batch_${ULID}` } as BatchEntity;

interface Entry {
  readonly index: number;
  readonly succeeded: boolean;
  readonly text: string;
}

/** A batch of parts, each given as its items: whether they succeeded. What has not ended has no results. */
class Bench {
  readonly blobs = new MemoryBlobs();
  readonly parts: PartEntity[] = [];
  readonly entries: Entry[] = [];
  private readonly pages: ResultsPages;
  private items = 0;

  constructor() {
    const store = { partsOf: () => Promise.resolve(this.parts) } as unknown as BatchesStore;
    this.pages = new ResultsPages(store, new SegmentReader(this.blobs));
  }

  addPart(items: readonly boolean[], ended = true): void {
    const [ordinal, firstItem, index] = [this.parts.length, this.items, new ResultsIndexBuilder()];
    const entries = items.map((succeeded, at) => entryOf(firstItem + at, succeeded));
    for (const { text, succeeded } of entries) index.add(Buffer.byteLength(text), succeeded);
    const [key, indexKey] = [`${ordinal}.jsonl`, `${ordinal}.index`];
    this.blobs.blobs.set(key, Buffer.from(entries.map(({ text }) => text).join('')));
    this.blobs.blobs.set(indexKey, index.toBuffer());
    const succeeded = items.filter(Boolean).length;
    this.parts.push({
      batchId: BATCH.id,
      state: ended ? 'ended' : 'running',
      firstItem,
      itemCount: items.length,
      succeeded,
      failed: items.length - succeeded,
      results: ended ? { key, indexKey, ...index.size } : null,
    } as PartEntity);
    this.items += items.length;
    if (ended) this.entries.push(...entries);
  }

  async read(query: ResultsQuery) {
    const { lines, facts } = await this.pages.open(BATCH, query);
    const chunks: Buffer[] = [];
    for await (const chunk of lines) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), facts };
  }

  /** What a query must give, found by looking at every entry. */
  expected({ after, limit, status, custom_id }: ResultsQuery) {
    const first = after === undefined ? 0 : Number(after.split('_').at(-1)) + 1;
    const fitting = this.entries.filter(
      ({ index, succeeded }) =>
        index >= first &&
        (status === undefined || succeeded === (status === 'succeeded')) &&
        (custom_id === undefined || custom_id.includes(`item-${index}`)),
    );
    const shown = fitting.slice(0, limit);
    const last = shown.at(-1);
    const facts = { hasMore: fitting.length > shown.length, lastId: last ? idOf(last.index) : null };
    return { text: shown.map(({ text }) => text).join(''), facts: custom_id ? null : facts };
  }
}

const idOf = (index: number) => `batch_req_${ULID}_${index}`;

function entryOf(index: number, succeeded: boolean): Entry {
  const outcome = succeeded ? `"response":{"n":${index}},"error":null` : '"response":null,"error":{}';
  return { index, succeeded, text: `{"id":"${idOf(index)}","custom_id":"item-${index}",${outcome}}\n` };
}

const items = fc.oneof(
  fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
  fc.array(fc.boolean(), { minLength: 250, maxLength: 600 }),
  fc.boolean().map((kind) => Array<boolean>(300).fill(kind)),
);
const parts = fc.array(fc.tuple(items, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 4 });
const query = fc.record(
  {
    after: fc.oneof(fc.nat(20), fc.nat(1500)).map(idOf),
    limit: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 700 })),
    status: fc.constantFrom('succeeded' as const, 'failed' as const),
  },
  { requiredKeys: [] },
);

describe('ResultsPages', () => {
  it('gives of any parts what a look at every entry gives', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.array(query, { minLength: 8, maxLength: 8 }), async (all, queries) => {
        const bench = new Bench();
        for (const [each, state] of all) bench.addPart(each, state > 0);
        for (const each of queries) {
          expect(await bench.read(each)).toEqual(bench.expected(each));
          const named = { ...each, custom_id: ['item-1', 'item-270', 'item-999'] };
          expect(await bench.read(named)).toEqual(bench.expected(named));
        }
      }),
      { seed: 20277, numRuns: 25 },
    );
  }, 30_000);

  it('goes through all of it page by page', async () => {
    const bench = new Bench();
    for (const size of [300, 1, 512, 256]) bench.addPart(Array.from({ length: size }, (_, at) => at % 5 !== 2));
    for (const status of [undefined, 'succeeded', 'failed'] as const) {
      const pages: string[] = [];
      let page = await bench.read({ limit: 97, status });
      for (; page.facts?.hasMore; page = await bench.read({ limit: 97, status, after: page.facts.lastId ?? '' })) {
        pages.push(page.text);
      }
      expect([...pages, page.text].join('')).toBe(bench.expected({ status }).text);
    }
  });

  it('reads for a page little more than the page', async () => {
    const bench = new Bench();
    for (let part = 0; part < 4; part++) bench.addPart(Array<boolean>(5000).fill(true));
    const { text } = await bench.read({ after: idOf(12_345), limit: 10 });
    expect(text.split('\n')).toHaveLength(11);
    expect(bench.blobs.bytesRead).toBeLessThan(300 * 100);
    bench.blobs.bytesRead = 0;
    expect((await bench.read({ status: 'failed' })).text).toBe('');
    expect(bench.blobs.bytesRead).toBe(0);
  });

  it('fails when a blob is shorter than what was stored', async () => {
    const bench = new Bench();
    bench.addPart(Array<boolean>(600).fill(true));
    bench.blobs.blobs.set('0.jsonl', bench.blobs.blobs.get('0.jsonl')!.subarray(0, -1));
    await expect(bench.read({})).rejects.toThrow('shorter');
    await expect(bench.read({ after: idOf(3) })).rejects.toThrow('shorter');
  });

  it.each([`batch_req_${ULID.replace('C', 'D')}_3`, `batch_req_${ULID}_03`, 'item-1'])(
    'refuses to go on after %s',
    async (after) => {
      const bench = new Bench();
      bench.addPart([true]);
      await expect(bench.read({ after })).rejects.toMatchObject({
        faults: [{ loc: ['query', 'after'], input: after }],
      });
    },
  );
});
