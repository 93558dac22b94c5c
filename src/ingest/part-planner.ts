import { PartBounds, type BatchLines, type PartCaps } from './part-bounds';

/** A contiguous run of a batch's items, and where they stand in its input. */
export interface PartPlan {
  readonly firstItem: number;
  readonly itemCount: number;
  /** Bytes, within `input.jsonl`. */
  readonly inputOffset: number;
  readonly inputBytes: number;
}

/**
 * As few parts as keep every cap and the minimum, and of those plans the one whose largest part has the fewest items: even parts,
 * where the lines allow. A line that breaks a cap by itself gets a part of its own; where no cut at all keeps the minimum, the caps
 * are kept. Takes a search a part, and one pass over the items where they have units or a minimum is in the way.
 * @param lineGrowth bytes that a line may gain on its way upstream, where it is not known how many it has there
 */
export function planParts(lines: BatchLines, caps: PartCaps, lineGrowth = 0): PartPlan[] {
  const bounds = new PartBounds(lines, caps, lineGrowth);
  return toPlans(lines.offsets, chooseEnds(bounds, caps));
}

/** Where each part ends, as the index of the item after its last. */
function chooseEnds(bounds: PartBounds, caps: PartCaps): readonly number[] {
  const filled = fill(bounds, caps.maxItems);
  const fewest = keepsMinimum(filled, caps.minItems) ? filled : (bounds.fewestEnds() ?? filled);
  const even = evenEnds(bounds.items, fewest.length);
  if (keepsMinimum(even, caps.minItems) && keepsCaps(even, bounds)) return even;
  return levelled(bounds, caps, fewest);
}

/** Fills each part before the next is begun, which makes the fewest. */
function fill(bounds: PartBounds, maxItems: number): number[] {
  const ends: number[] = [];
  for (let first = 0; first < bounds.items; first = ends.at(-1)!) ends.push(bounds.reach(first, maxItems));
  return ends;
}

function evenEnds(items: number, count: number): number[] {
  return Array.from({ length: count }, (_, ordinal) => Math.floor(((ordinal + 1) * items) / count));
}

/** No more parts than `fewest` has, and as few items in the largest as that allows. */
function levelled(bounds: PartBounds, { maxItems, minItems }: PartCaps, fewest: readonly number[]): readonly number[] {
  let best = fewest;
  let [low, high] = [Math.ceil(bounds.items / fewest.length), Math.min(maxItems, bounds.items)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const ends = fill(bounds, middle);
    if (ends.length > fewest.length) {
      low = middle + 1;
      continue;
    }
    if (keepsMinimum(ends, minItems)) best = ends;
    high = middle;
  }
  return best;
}

function keepsMinimum(ends: readonly number[], minItems: number): boolean {
  return ends.every((end, ordinal) => end - (ends[ordinal - 1] ?? 0) >= minItems);
}

function keepsCaps(ends: readonly number[], bounds: PartBounds): boolean {
  return ends.every((end, ordinal) => bounds.holds(ends[ordinal - 1] ?? 0, end));
}

function toPlans(offsets: Float64Array, ends: readonly number[]): PartPlan[] {
  return ends.map((end, ordinal) => {
    const firstItem = ends[ordinal - 1] ?? 0;
    const inputOffset = offsets[firstItem]!;
    return { firstItem, itemCount: end - firstItem, inputOffset, inputBytes: offsets[end]! - inputOffset };
  });
}
