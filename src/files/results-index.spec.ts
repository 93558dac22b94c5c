import fc from 'fast-check';
import { ResultsIndex, ResultsIndexBuilder } from './results-index';

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

  it('remembers which lines succeeded, from any block on', () => {
    fc.assert(
      fc.property(lines, fc.nat(3), (all, from) => {
        const index = new ResultsIndex(build(all).toBuffer());
        const start = from * 256;
        const told = all.slice(start).map((_, at) => index.succeeded(from, at));
        expect(told).toEqual(all.slice(start).map(({ succeeded }) => succeeded));
      }),
      { seed: 20271, numRuns: 100 },
    );
  });

  it('finds the last block that starts at or before an offset of a view', () => {
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom('succeeded' as const, 'failed' as const),
        fc.nat(4000),
        (all, view, offset) => {
          const index = new ResultsIndex(build(all).toBuffer());
          const shown = (part: readonly Line[]) =>
            sum(part.filter(({ succeeded }) => succeeded === (view === 'succeeded')));
          const { block, viewOffset, fileOffset } = index.blockAt(view, offset);
          expect(viewOffset).toBe(shown(all.slice(0, block * 256)));
          expect(fileOffset).toBe(sum(all.slice(0, block * 256)));
          expect(viewOffset).toBeLessThanOrEqual(offset);
          const next = (block + 1) * 256;
          if (next < all.length) expect(shown(all.slice(0, next))).toBeGreaterThan(offset);
        },
      ),
      { seed: 20272, numRuns: 200 },
    );
  });

  it('begins with a block at its very first byte, and skips blocks that show nothing', () => {
    const index = new ResultsIndex(
      build(Array.from({ length: 600 }, () => ({ bytes: 1, succeeded: true }))).toBuffer(),
    );
    expect([255, 256, 511, 512].map((offset) => index.blockAt('succeeded', offset).block)).toEqual([0, 1, 1, 2]);
    expect(index.blockAt('failed', 0).block).toBe(2);
  });

  it('takes about one bit an item', () => {
    const all = Array.from({ length: 50_000 }, () => ({ bytes: 1000, succeeded: true }));
    expect(build(all).toBuffer().length).toBeLessThan(12_000);
  });

  it('is empty for no lines', () => {
    const index = new ResultsIndex(new ResultsIndexBuilder().toBuffer());
    expect(index.blockAt('failed', 0)).toEqual({ block: 0, viewOffset: 0, fileOffset: 0 });
  });
});
