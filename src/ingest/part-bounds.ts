import type { ProviderCapabilities } from '../providers/contract/adapter';
import type { ResolvedLimits } from '../providers/provider-registry';

/** What one part may hold. */
export type PartCaps = Pick<ProviderCapabilities, 'maxItems' | 'maxBytes' | 'minItems'> & {
  /** Of the lines' units, summed over a part. */
  readonly maxUnits?: number | undefined;
};

/** What a model's limits are to its parts. */
export function capsOf(limits: ResolvedLimits): PartCaps {
  return { ...limits, maxUnits: limits.maxEmbeddingInputs };
}

/** The lines of a batch's input, by number. */
export interface BatchLines {
  /** Where each line starts in bytes, and the input's length as last entry. */
  readonly offsets: Float64Array;
  /** Of each line, the bytes that it has upstream; null where its body goes as it is stored. */
  readonly encoded: Uint32Array | null;
  /** Of each line, how much of a cap of its own kind it takes, such as inputs of an embedding; null where there is no such cap. */
  readonly units: Uint32Array | null;
}

/** How far a part may go that begins at an item. */
export class PartBounds {
  readonly items: number;
  /** Bytes before each item, and of all items as last entry. */
  private readonly bytesBefore: Float64Array;
  private readonly lineGrowth: number;
  /** Units before each item, and of all items as last entry. */
  private readonly unitsBefore: Float64Array | null;
  private readonly maxUnits: number;

  constructor(
    { offsets, encoded, units }: BatchLines,
    private readonly caps: PartCaps,
    lineGrowth: number,
  ) {
    this.items = offsets.length - 1;
    this.bytesBefore = encoded ? sums(encoded) : offsets;
    this.lineGrowth = encoded ? 0 : lineGrowth;
    this.maxUnits = caps.maxUnits ?? Infinity;
    this.unitsBefore = units && caps.maxUnits !== undefined ? sums(units) : null;
  }

  /** The item after the last that a part of at most `maxItems` can hold; always one at least. */
  reach(first: number, maxItems: number): number {
    let low = first + 1;
    let high = Math.min(this.items, first + maxItems);
    if (this.fits(first, high)) return high;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.fits(first, middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether a part from `first` to before `end` keeps every cap. */
  holds(first: number, end: number): boolean {
    return end - first <= this.caps.maxItems && this.fits(first, end);
  }

  /**
   * The ends of the fewest parts of which none is under the minimum; null when there is no such cut. From the last item to the
   * first: `counts` are the fewest parts from an item on, and a queue holds where the next part may begin, the best in front, and of
   * equals the farthest.
   */
  fewestEnds(): number[] | null {
    const { items } = this;
    const { minItems, maxItems } = this.caps;
    const counts = new Float64Array(items + 1).fill(Infinity);
    const next = new Int32Array(items + 1);
    const queue = new Int32Array(items + 1);
    let [front, back, end] = [0, 0, items];
    counts[items] = 0;
    for (let first = items - minItems; first >= 0; first--) {
      const begin = first + minItems;
      while (back > front && counts[queue[back - 1]!]! > counts[begin]!) back--;
      queue[back++] = begin;
      // What a part can reach from here is never further than from the item behind it.
      while (end > first + 1 && !(end - first <= maxItems && this.fits(first, end))) end--;
      while (front < back && queue[front]! > end) front++;
      if (front === back) continue;
      next[first] = queue[front]!;
      counts[first] = counts[queue[front]!]! + 1;
    }
    if (counts[0] === Infinity) return null;
    const ends: number[] = [];
    for (let first = 0; first < items; first = next[first]!) ends.push(next[first]!);
    return ends;
  }

  private fits(first: number, end: number): boolean {
    const bytes = this.bytesBefore[end]! - this.bytesBefore[first]! + (end - first) * this.lineGrowth;
    if (bytes > this.caps.maxBytes) return false;
    return this.unitsBefore === null || this.unitsBefore[end]! - this.unitsBefore[first]! <= this.maxUnits;
  }
}

function sums(units: Uint32Array): Float64Array {
  const before = new Float64Array(units.length + 1);
  for (let item = 0; item < units.length; item++) before[item + 1] = before[item]! + units[item]!;
  return before;
}
