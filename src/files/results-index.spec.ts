import fc from 'fast-check';
import { ResultsIndex, ResultsIndexBuilder, type ResultsView } from './results-index';

interface Line {
  readonly bytes: number;
  readonly succeeded: boolean;
}
const line = fc.record({ bytes: fc.integer({ min: 1, max: 9 }), succeeded: fc.boolean() });
const lines = fc.oneof(
  fc.array(line, { maxLength: 20 }),
  fc.array(line, { minLength: 250, maxLength: 800 }),
  fc.array(line, { minLength: 500, maxLength: 600 }).map((all) => all.map((each) => ({ ...each, succeeded: false }))),
);

const build = (all: readonly Line[]) => {
  const builder = new ResultsIndexBuilder();
  for (const { bytes, succeeded } of all) builder.add(bytes, succeeded);
  return builder;
};
const view = fc.constantFrom<ResultsView>('all', 'succeeded', 'failed');
const isShown = ({ succeeded }: Line, wanted: ResultsView) =>
  wanted === 'all' || succeeded === (wanted === 'succeeded');
const sum = (all: readonly Line[]) => all.reduce((total, { bytes }) => total + bytes, 0);

describe('ResultsIndex', () => {
  it('sums the sizes of both views', () => {
    const builder = build([
      { bytes: 3, succeeded: true },
      { bytes: 5, succeeded: false },
      { bytes: 7, succeeded: true },
    ]);
    expect(builder.size).toEqual({ bytes: 15, succeededBytes: 10, failedBytes: 5 });
  });

  it('remembers which lines succeeded, counts them and finds the line behind some of them', () => {
    fc.assert(
      fc.property(lines, view, fc.nat(900), fc.nat(50), (all, wanted, start, count) => {
        const index = new ResultsIndex(build(all).toBuffer());
        const shown = all.flatMap((each, at) => (isShown(each, wanted) ? [at] : []));
        expect(all.flatMap((_, at) => (index.shows(wanted, at) ? [at] : []))).toEqual(shown);
        const from = Math.min(start, all.length);
        const later = shown.filter((at) => at >= from);
        expect(index.count(wanted, from, all.length)).toBe(later.length);
        const some = Math.min(count, later.length);
        expect(index.skip(wanted, from, some)).toBe(some === 0 ? from : later[some - 1]! + 1);
      }),
      { seed: 20271, numRuns: 100 },
    );
  });

  it('finds the last block that starts at or before an offset of a view', () => {
    fc.assert(
      fc.property(lines, view, fc.nat(4000), (all, wanted, offset) => {
        fc.pre(all.length > 0);
        const index = new ResultsIndex(build(all).toBuffer());
        const shown = (part: readonly Line[]) => sum(part.filter((each) => isShown(each, wanted)));
        const block = index.blockAt(wanted, offset);
        expect(index.offsetOf(wanted, block)).toBe(shown(all.slice(0, block * 256)));
        expect(index.offsetOf('all', block)).toBe(sum(all.slice(0, block * 256)));
        expect(index.offsetOf(wanted, block)).toBeLessThanOrEqual(offset);
        const next = (block + 1) * 256;
        if (next < all.length) expect(shown(all.slice(0, next))).toBeGreaterThan(offset);
        expect(index.offsetOf(wanted, index.blocks)).toBe(Infinity);
      }),
      { seed: 20272, numRuns: 200 },
    );
  });

  it('begins with a block at its very first byte, and skips blocks that show nothing', () => {
    const index = new ResultsIndex(
      build(Array.from({ length: 600 }, () => ({ bytes: 1, succeeded: true }))).toBuffer(),
    );
    expect([255, 256, 511, 512].map((offset) => index.blockAt('succeeded', offset))).toEqual([0, 1, 1, 2]);
    expect(index.blockAt('failed', 0)).toBe(2);
  });

  it('takes about one bit an item', () => {
    const all = Array.from({ length: 50_000 }, () => ({ bytes: 1000, succeeded: true }));
    expect(build(all).toBuffer().length).toBeLessThan(12_000);
  });

  it('is empty for no lines', () => {
    const index = new ResultsIndex(new ResultsIndexBuilder().toBuffer());
    expect([index.blocks, index.blockAt('failed', 0), index.count('failed', 0, 0)]).toEqual([0, 0, 0]);
  });
});
