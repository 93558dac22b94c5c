import fc from 'fast-check';
import { LineCutter, spansOf, type LineSelection } from './line-cutter';
import { ResultsIndex, ResultsIndexBuilder, type ResultsView } from './results-index';

interface Line {
  readonly text: string;
  readonly succeeded: boolean;
}

const line = fc.record({
  text: fc.string({ unit: fc.constantFrom('a', 'é', '"'), maxLength: 6 }),
  succeeded: fc.boolean(),
});
const lines = fc.oneof(
  fc.array(line, { minLength: 1, maxLength: 30 }),
  fc.array(line, { minLength: 250, maxLength: 800 }),
  // Whole blocks of one kind, with a few lines of the other.
  fc
    .array(fc.nat(1100), { maxLength: 3 })
    .map((odd) =>
      Array.from({ length: 1100 }, (_, at) => ({ text: `${at}`, succeeded: at < 600 !== odd.includes(at) })),
    ),
);
const view = fc.constantFrom<ResultsView>('all', 'succeeded', 'failed');

function fileOf(all: readonly Line[]): { bytes: Buffer; index: ResultsIndex } {
  const builder = new ResultsIndexBuilder();
  for (const { text, succeeded } of all) builder.add(Buffer.byteLength(text) + 1, succeeded);
  return {
    bytes: Buffer.from(all.map(({ text }) => `${text}\n`).join('')),
    index: new ResultsIndex(builder.toBuffer()),
  };
}

/** All that is cut out of the file, and how many bytes of it were looked at, which come in pieces of `pieceBytes`. */
function cut(bytes: Buffer, index: ResultsIndex, selection: LineSelection, pieceBytes: number) {
  const wanted: Buffer[] = [];
  let read = 0;
  for (const { block, start, end } of spansOf(index, selection)) {
    const cutter = new LineCutter(index, selection, block);
    for (let at = start; at < Math.min(end, bytes.length) && !cutter.done; at += pieceBytes) {
      const piece = bytes.subarray(at, Math.min(at + pieceBytes, end));
      read += piece.length;
      wanted.push(cutter.push(piece));
    }
  }
  return { text: Buffer.concat(wanted).toString(), read };
}

describe('LineCutter', () => {
  it('cuts out what a view shows of any lines, however the file comes in pieces', () => {
    fc.assert(
      fc.property(
        lines,
        view,
        fc.nat(1100),
        fc.oneof(fc.nat(900), fc.constant(Infinity)),
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(100_000)),
        (all, wanted, from, count, pieceBytes) => {
          const { bytes, index } = fileOf(all);
          const shown = all
            .slice(from, from + count)
            .filter(({ succeeded }) => wanted === 'all' || succeeded === (wanted === 'succeeded'));
          const selection = { view: wanted, from, to: from + count };
          expect(cut(bytes, index, selection, pieceBytes).text).toBe(shown.map(({ text }) => `${text}\n`).join(''));
        },
      ),
      { seed: 20274, numRuns: 80 },
    );
  });

  it('reads for one line no more than its block, and stops behind it', () => {
    const { bytes, index } = fileOf(Array.from({ length: 10_000 }, () => ({ text: 'x'.repeat(99), succeeded: true })));
    const { read } = cut(bytes, index, { view: 'all', from: 5130, to: 5131 }, 100);
    // Line 5130 is the eleventh of its block.
    expect(read).toBe(1100);
  });

  it('leaves out long runs of blocks of which nothing is wanted', () => {
    const { bytes, index } = fileOf(
      Array.from({ length: 20_000 }, (_, at) => ({ text: 'x'.repeat(199), succeeded: at !== 10 && at !== 19_900 })),
    );
    const { text, read } = cut(bytes, index, { view: 'failed', from: 0, to: Infinity }, 64 * 1024);
    expect(text).toHaveLength(400);
    expect(read).toBeLessThan(150_000);
  });
});
