import fc from 'fast-check';
import { planParts, type PartPlan } from './part-planner';

const offsetsOf = (lengths: readonly number[]) =>
  lengths.reduce((offsets, length) => [...offsets, (offsets.at(-1) ?? 0) + length], [0]);
const counts = (parts: readonly PartPlan[]) => parts.map((part) => part.itemCount);

const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 60 });
const caps = fc.record({ maxItems: fc.integer({ min: 1, max: 20 }), maxBytes: fc.integer({ min: 1, max: 800 }) });

describe('planParts', () => {
  it('makes contiguous, complete, balanced parts within the caps', () => {
    fc.assert(
      fc.property(lengths, caps, (lines, { maxItems, maxBytes }) => {
        const offsets = offsetsOf(lines);
        const parts = planParts(offsets, { maxItems, maxBytes });
        let [item, byte] = [0, 0];
        for (const part of parts) {
          expect([part.firstItem, part.inputOffset]).toEqual([item, byte]);
          expect(part.itemCount).toBeGreaterThan(0);
          item += part.itemCount;
          byte += part.inputBytes;
          expect(byte).toBe(offsets[item]);
          expect(part.itemCount).toBeLessThanOrEqual(maxItems);
          // Only a line that is too long by itself may break the cap, and then it is alone.
          if (part.inputBytes > maxBytes) expect(part.itemCount).toBe(1);
        }
        expect([item, byte]).toEqual([lines.length, offsets.at(-1)]);
        const fewest = Math.max(Math.ceil(lines.length / maxItems), Math.ceil(byte / maxBytes));
        // Where the bytes are too uneven for that, how to cut is the planner's choice.
        if (!balancedFits(lines, fewest, maxItems, maxBytes)) return;
        expect(parts).toHaveLength(fewest);
        expect(Math.max(...counts(parts)) - Math.min(...counts(parts))).toBeLessThanOrEqual(1);
      }),
      { seed: 20263, numRuns: 1000 },
    );
  });

  it('makes as few parts as balance allows', () => {
    fc.assert(
      fc.property(lengths, caps, (lines, { maxItems, maxBytes }) => {
        const fits = lines.every((line) => line <= maxBytes);
        fc.pre(fits);
        const parts = planParts(offsetsOf(lines), { maxItems, maxBytes });
        expect(parts.length).toBeGreaterThanOrEqual(Math.ceil(lines.length / maxItems));
        for (let fewer = 1; fewer < parts.length; fewer++)
          expect(balancedFits(lines, fewer, maxItems, maxBytes)).toBe(false);
      }),
      { seed: 20264, numRuns: 500 },
    );
  });

  /** Whether `count` runs, cut as evenly as can be, keep both caps. */
  function balancedFits(lines: readonly number[], count: number, maxItems: number, maxBytes: number): boolean {
    return Array.from({ length: count }, (_, part) => {
      const run = lines.slice(
        Math.floor((part * lines.length) / count),
        Math.floor(((part + 1) * lines.length) / count),
      );
      return run.length <= maxItems && run.reduce((sum, line) => sum + line, 0) <= maxBytes;
    }).every(Boolean);
  }

  it('makes one part of what fits, up to the very cap', () => {
    expect(planParts([0, 10, 20, 30], { maxItems: 3, maxBytes: 30 })).toEqual([
      { firstItem: 0, itemCount: 3, inputOffset: 0, inputBytes: 30 },
    ]);
    expect(counts(planParts([0, 10, 20, 30], { maxItems: 2, maxBytes: 1000 }))).toEqual([1, 2]);
    expect(counts(planParts([0, 10, 20, 30], { maxItems: 9, maxBytes: 29 }))).toEqual([1, 2]);
  });

  it('gives a line that is longer than the cap a part of its own', () => {
    const parts = planParts([0, 5, 505, 510], { maxItems: 10, maxBytes: 100 });
    expect(parts.find((part) => part.inputBytes > 100)).toMatchObject({ firstItem: 1, itemCount: 1, inputBytes: 500 });
  });

  // "As few balanced parts as the caps allow" (rule 2): each part is an upstream job that is paid attention to.
  it('does not make hundreds of parts because a few long lines stand together', () => {
    const lines = [...Array.from({ length: 4 }, () => 60_000), ...Array.from({ length: 2000 }, () => 10)];
    const parts = planParts(offsetsOf(lines), { maxItems: 50_000, maxBytes: 200_000 });
    expect(parts.length).toBeLessThanOrEqual(4);
    for (const part of parts) expect(part.inputBytes).toBeLessThanOrEqual(200_000);
  });
});
