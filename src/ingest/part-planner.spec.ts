import fc from 'fast-check';
import type { PartCaps } from './part-bounds';
import { planParts, type PartPlan } from './part-planner';

const offsetsOf = (lengths: readonly number[]) => {
  const offsets = new Float64Array(lengths.length + 1);
  lengths.forEach((length, item) => (offsets[item + 1] = offsets[item]! + length));
  return offsets;
};
const plan = (
  lengths: readonly number[],
  caps: Partial<PartCaps>,
  units: readonly number[] | null = null,
  growth = 0,
) =>
  planParts(
    { offsets: offsetsOf(lengths), encoded: null, units: units && Uint32Array.from(units) },
    { maxItems: 1000, maxBytes: 100_000, minItems: 1, ...caps },
    growth,
  );
const counts = (parts: readonly PartPlan[]) => parts.map((part) => part.itemCount);
const repeated = (count: number, ...lengths: number[]) => Array.from({ length: count }, () => lengths).flat();

interface Given {
  readonly lines: readonly { readonly bytes: number; readonly units: number }[];
  readonly caps: PartCaps;
  readonly growth: number;
}

const given: fc.Arbitrary<Given> = fc.record({
  lines: fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 100 }), units: fc.nat(9) }), {
    minLength: 1,
    maxLength: 40,
  }),
  caps: fc.record({
    maxItems: fc.integer({ min: 1, max: 20 }),
    maxBytes: fc.integer({ min: 1, max: 800 }),
    minItems: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })),
    maxUnits: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  }),
  growth: fc.nat(3),
});

/** Which runs of lines a part may hold, asked of each run anew. */
class Naive {
  constructor(private readonly of: Given) {}

  get items(): number {
    return this.of.lines.length;
  }

  holds(first: number, end: number): boolean {
    const { lines, caps, growth } = this.of;
    const run = lines.slice(first, end);
    const bytes = run.reduce((sum, line) => sum + line.bytes + growth, 0);
    const units = run.reduce((sum, line) => sum + line.units, 0);
    return run.length <= caps.maxItems && bytes <= caps.maxBytes && units <= (caps.maxUnits ?? Infinity);
  }

  /** As it should be cut where every line is short enough: fewest parts, then the fewest items in the largest; null: not at all. */
  best(minItems: number): { parts: number; largest: number } | null {
    const found: ({ parts: number; largest: number } | null)[] = Array.from({ length: this.items + 1 }, () => null);
    for (let largest = 1; largest <= this.items; largest++) {
      const fewest = this.fewest(minItems, largest);
      if (fewest !== null) found[fewest] ??= { parts: fewest, largest };
    }
    return found.find((each) => each !== null) ?? null;
  }

  private fewest(minItems: number, largest: number): number | null {
    const parts: number[] = [0];
    for (let end = 1; end <= this.items; end++) {
      parts[end] = Infinity;
      for (let first = Math.max(0, end - largest); first <= end - minItems; first++) {
        if (this.holds(first, end)) parts[end] = Math.min(parts[end]!, parts[first]! + 1);
      }
    }
    return parts[this.items] === Infinity ? null : parts[this.items]!;
  }
}

describe('planParts', () => {
  const check = ({ lines, caps, growth }: Given) => {
    const bytes = lines.map((line) => line.bytes);
    const parts = plan(bytes, caps, caps.maxUnits === undefined ? null : lines.map((line) => line.units), growth);
    return { parts, naive: new Naive({ lines, caps, growth }), bytes };
  };

  it('covers every item once and in order, and keeps every cap that the lines themselves keep', () => {
    fc.assert(
      fc.property(given, (each) => {
        const { parts, naive, bytes } = check(each);
        let [item, offset] = [0, 0];
        for (const part of parts) {
          expect([part.firstItem, part.inputOffset]).toEqual([item, offset]);
          expect(part.itemCount).toBeGreaterThan(0);
          item += part.itemCount;
          offset += part.inputBytes;
          // Only a line that is too much by itself may break a cap, and then it is alone.
          if (!naive.holds(part.firstItem, item)) expect(part.itemCount).toBe(1);
        }
        expect([item, offset]).toEqual([bytes.length, bytes.reduce((sum, length) => sum + length, 0)]);
      }),
      { seed: 20263, numRuns: 1000 },
    );
  });

  it('makes no more parts than there must be, none under the minimum where that can be, and none larger than it must', () => {
    let [bounded, impossible] = [0, 0];
    fc.assert(
      fc.property(given, (each) => {
        const { parts, naive } = check(each);
        fc.pre(each.lines.every((_, item) => naive.holds(item, item + 1)));
        const best = naive.best(each.caps.minItems);
        const least = Math.min(...counts(parts));
        if (best === null) {
          impossible++;
          expect(least).toBeLessThan(each.caps.minItems);
          expect(parts.length).toBe(naive.best(1)?.parts);
          return;
        }
        expect(parts.length).toBe(best.parts);
        expect(least).toBeGreaterThanOrEqual(each.caps.minItems);
        if (each.caps.minItems > 1) bounded++;
        else expect(Math.max(...counts(parts))).toBe(best.largest);
      }),
      { seed: 20264, numRuns: 1500 },
    );
    expect(Math.min(bounded, impossible)).toBeGreaterThan(50);
  });

  it('cuts evenly where the lines are alike', () => {
    expect(counts(plan(repeated(25, 10), { maxItems: 10 }))).toEqual([8, 8, 9]);
    expect(counts(plan(repeated(25, 10), { maxBytes: 100 }))).toEqual([8, 8, 9]);
    expect(counts(plan(repeated(25, 10), { maxBytes: 100 }, null, 10))).toEqual([5, 5, 5, 5, 5]);
    expect(counts(plan(repeated(25, 10), { maxUnits: 20 }, repeated(25, 2)))).toEqual([8, 8, 9]);
  });

  it('makes one part of what fits, up to the very cap', () => {
    expect(plan([10, 10, 10], { maxItems: 3, maxBytes: 30 })).toEqual([
      { firstItem: 0, itemCount: 3, inputOffset: 0, inputBytes: 30 },
    ]);
    expect(counts(plan([10, 10, 10], { maxBytes: 29 }))).toEqual([1, 2]);
    expect(counts(plan([10, 10, 10], { maxUnits: 5 }, [2, 3, 1]))).toEqual([1, 2]);
  });

  it('gives a line that is longer than the cap a part of its own', () => {
    const parts = plan([5, 500, 5], { maxItems: 10, maxBytes: 100 });
    expect(parts.find((part) => part.inputBytes > 100)).toMatchObject({ firstItem: 1, itemCount: 1, inputBytes: 500 });
  });

  it('leaves no last part under the minimum, also where filling the others would', () => {
    expect(counts(plan(repeated(101, 10), { maxItems: 50, minItems: 20 }))).toEqual([33, 34, 34]);
    // Ten long lines fill a part, and the two that are left must take from it.
    expect(counts(plan(repeated(12, 10), { maxBytes: 100, minItems: 5 }))).toEqual([6, 6]);
    const uneven = plan([...repeated(10, 10), ...repeated(3, 1)], { maxBytes: 100, maxItems: 100, minItems: 4 });
    expect(Math.min(...counts(uneven))).toBeGreaterThanOrEqual(4);
  });

  // "As few balanced parts as the caps allow" (rule 2): each part is an upstream job that is paid attention to.
  it('does not make hundreds of parts because a few long lines stand together', () => {
    const parts = plan([...repeated(4, 60_000), ...repeated(2000, 10)], { maxItems: 50_000, maxBytes: 200_000 });
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(part.inputBytes).toBeLessThanOrEqual(200_000);
  });

  it('plans a million items at a fraction of what one pass over them as objects costs', () => {
    const lengths = Float64Array.from({ length: 1_000_000 }, (_, item) => (item % 2 === 0 ? 100 : 1900));
    const offsets = new Float64Array(lengths.length + 1);
    lengths.forEach((length, item) => (offsets[item + 1] = offsets[item]! + length));
    const units = new Uint32Array(lengths.length).fill(7);
    const caps = { maxItems: 50_000, maxBytes: 200_000_000, minItems: 1, maxUnits: 50_000 };
    const planned = cpuMs(() => planParts({ offsets, encoded: null, units }, caps, 128));
    expect(planned.result).toHaveLength(141);
    const pass = cpuMs(() => Array.from(lengths, (length, item) => ({ item, length })));
    expect(planned.ms).toBeLessThan(pass.ms + 20);
    // The worst there is: a minimum, and lines of which no even cut can be made.
    const skewed = offsets.map((offset, item) => offset + (item > 500_000 ? (item - 500_000) * 5000 : 0));
    const hard = planParts(
      { offsets: skewed, encoded: null, units: null },
      { ...caps, maxItems: 100_000, minItems: 7000 },
      128,
    );
    expect(Math.min(...counts(hard))).toBeGreaterThanOrEqual(7000);
  });

  function cpuMs<T>(work: () => T): { result: T; ms: number } {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    return { result, ms: (user + system) / 1000 };
  }
});
