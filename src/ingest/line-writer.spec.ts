import fc from 'fast-check';
import { LineWriter } from './line-writer';

describe('LineWriter', () => {
  it('gives back all that was added, in blocks, and where each line starts', () => {
    const sizes = fc.oneof(fc.nat(100), fc.nat(3000), fc.nat(700_000));
    fc.assert(
      fc.property(fc.array(fc.array(sizes, { maxLength: 4 }), { maxLength: 12 }), (lines) => {
        const writer = new LineWriter(false);
        const [blocks, expected, starts]: [Buffer[], Buffer[], number[]] = [[], [], [0]];
        for (const [index, pieces] of lines.entries()) {
          for (const size of pieces) {
            const bytes = Buffer.alloc(size + 2, index + 1);
            writer.add(bytes, 1, size + 1);
            expected.push(bytes.subarray(1, size + 1));
          }
          writer.endLine();
          blocks.push(...writer.takeFull());
          starts.push(starts.at(-1)! + pieces.reduce((sum, size) => sum + size, 0));
        }
        blocks.push(writer.takeRest());
        expect(Buffer.concat(blocks).equals(Buffer.concat(expected))).toBe(true);
        expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(256 * 1024);
        expect([...writer.offsets()]).toEqual(starts);
        expect(writer.takeRest()).toHaveLength(0);
      }),
      { numRuns: 60 },
    );
  });

  it('notes more lines than it had room for at first', () => {
    const writer = new LineWriter(false);
    for (let line = 0; line < 1000; line++) {
      writer.add(Buffer.from('{}\n'));
      writer.endLine();
    }
    expect(writer.lines).toBe(1000);
    expect([...writer.offsets()]).toEqual(Array.from({ length: 1001 }, (_, line) => line * 3));
  });

  it('writes a block anew only where it may, and only once two later ones were asked for', () => {
    const blocksOf = (reuses: boolean): Buffer[] => {
      const writer = new LineWriter(reuses);
      const blocks: Buffer[] = [];
      for (let n = 1; n <= 8; n++) {
        writer.add(Buffer.alloc(256 * 1024, n));
        for (const block of writer.takeFull()) {
          // The one before is as it was.
          const last = blocks.at(-1);
          if (last) expect([...new Set(last)].every((value) => value < n)).toBe(true);
          blocks.push(block);
        }
      }
      return blocks;
    };
    const distinct = (blocks: readonly Buffer[]) => new Set(blocks.map((block) => block.buffer)).size;
    expect(distinct(blocksOf(false))).toBe(8);
    expect(distinct(blocksOf(true))).toBeLessThan(6);
  });
});
