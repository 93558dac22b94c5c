import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { LocalBlobStore } from '../blobs/local/local-blob-store';
import { SystemClock } from '../common/clock';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { ResultsIndexBuilder, type ResultsView } from './results-index';
import { SegmentReader } from './segment-reader';
import type { FileSegment } from './stored-file.entity';

const VIEWS: readonly ResultsView[] = ['all', 'succeeded', 'failed'];

interface Line {
  readonly length: number;
  readonly succeeded: boolean;
}

describe('SegmentReader', () => {
  let folder: string;
  let blobs: LocalBlobStore;
  let reader: SegmentReader;
  let written = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshbatch-segments-'));
    blobs = new LocalBlobStore(folder, new Ids(new SystemClock(), new SystemRandom()));
    reader = new SegmentReader(blobs);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Stores one results file and its index; gives its three views and what each must hold. */
  async function store(lines: readonly Line[]): Promise<Record<ResultsView, { segment: FileSegment; text: string }>> {
    const name = written++;
    const [key, indexKey] = [`r/${name}.jsonl`, `r/${name}.index`];
    const builder = new ResultsIndexBuilder();
    const rows = lines.map(({ length, succeeded }, at) => {
      const row = `${succeeded ? '+' : '-'}${at}:`.padEnd(length + 8, 'é'.repeat(length)) + '\n';
      builder.add(Buffer.byteLength(row), succeeded);
      return { row, succeeded };
    });
    await blobs.write(key, Readable.from([Buffer.from(rows.map(({ row }) => row).join(''))]));
    await blobs.write(indexKey, Readable.from([builder.toBuffer()]));
    const view = (wanted: ResultsView) => {
      const shown = rows.filter(({ succeeded }) => wanted === 'all' || succeeded === (wanted === 'succeeded'));
      const text = shown.map(({ row }) => row).join('');
      return { segment: { key, indexKey, view: wanted, bytes: Buffer.byteLength(text) }, text };
    };
    return { all: view('all'), succeeded: view('succeeded'), failed: view('failed') };
  }

  async function read(segments: readonly FileSegment[], range?: { start: number; end: number }): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of reader.read(segments, range)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  const line = fc.record({ length: fc.nat(20), succeeded: fc.boolean() });
  const file = fc.oneof(
    { arbitrary: fc.array(line, { minLength: 1, maxLength: 12 }), weight: 3 },
    fc.array(line, { minLength: 250, maxLength: 600 }),
    // Runs of one kind, so that whole blocks have nothing of the other.
    fc
      .constantFrom(true, false)
      .map((first) => Array.from({ length: 700 }, (_, at) => ({ length: at % 7, succeeded: at < 300 === first }))),
  );
  const places = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(600)), {
    minLength: 6,
    maxLength: 6,
  });

  it('shows of every view what the whole holds, and of every range the slice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), places, async (files, ranges) => {
        const stored = await Promise.all(files.map(store));
        for (const view of VIEWS) {
          const segments = stored.map((each) => each[view].segment);
          const whole = Buffer.from(stored.map((each) => each[view].text).join(''));
          expect((await read(segments)).equals(whole)).toBe(true);
          for (const [share, length] of ranges) {
            const start = Math.floor(share * whole.length);
            const slice = whole.subarray(start, start + length + 1);
            expect((await read(segments, { start, end: start + length })).equals(slice)).toBe(true);
          }
        }
      }),
      { seed: 20273, numRuns: 30 },
    );
  }, 60_000);

  it('reads lines that are longer than it holds at once', async () => {
    const { failed, succeeded } = await store([
      { length: 300_000, succeeded: false },
      { length: 10, succeeded: true },
      { length: 400_000, succeeded: false },
    ]);
    expect((await read([failed.segment])).toString()).toBe(failed.text);
    const end = failed.segment.bytes - 1;
    expect((await read([failed.segment, succeeded.segment], { start: end - 3, end: end + 4 })).toString('latin1')).toBe(
      Buffer.from(failed.text + succeeded.text).toString('latin1', end - 3, end + 5),
    );
  });

  it('reads a segment without an index as it is, and nothing of an empty one', async () => {
    const { all, failed } = await store([{ length: 3, succeeded: true }]);
    expect((await read([failed.segment, { ...all.segment, indexKey: null }])).toString()).toBe(all.text);
    expect(await read([failed.segment])).toHaveLength(0);
    expect(await read([])).toHaveLength(0);
  });
});
