import type { ProviderCapabilities } from '../providers/contract/adapter';

/** A contiguous run of a batch's items, and where they stand in its input. */
export interface PartPlan {
  readonly firstItem: number;
  readonly itemCount: number;
  /** Bytes, within `input.jsonl`. */
  readonly inputOffset: number;
  readonly inputBytes: number;
}

/** Counts above the fewest for which a balanced cut is tried; beyond, long lines stand together and balance costs parts. */
const BALANCED_TRIES = 4;

type Caps = Pick<ProviderCapabilities, 'maxItems' | 'maxBytes'>;
/** Bytes that a part may have upstream. */
type BytesOf = (part: PartPlan) => number;

/**
 * As few parts as the provider's caps allow, balanced where that takes no more of them.
 * @param offsets where each line of the input starts, and the input's length as last entry
 * @param lineGrowth bytes that a line may gain on its way upstream
 */
export function planParts(offsets: ArrayLike<number>, caps: Caps, lineGrowth = 0): PartPlan[] {
  const bytesOf = (part: PartPlan) => part.inputBytes + part.itemCount * lineGrowth;
  const items = offsets.length - 1;
  const bytes = bytesOf(partOf(offsets, 0, items));
  const fewest = Math.max(1, Math.ceil(items / caps.maxItems), Math.ceil(bytes / caps.maxBytes));
  const filled = fillParts(offsets, caps, bytesOf);
  for (let count = fewest; count <= Math.min(fewest + BALANCED_TRIES, filled.length); count++) {
    const parts = balancedParts(offsets, count);
    if (parts.every((part) => bytesOf(part) <= caps.maxBytes)) return parts;
  }
  return filled;
}

function balancedParts(offsets: ArrayLike<number>, count: number): PartPlan[] {
  const items = offsets.length - 1;
  return Array.from({ length: count }, (_, ordinal) =>
    partOf(offsets, Math.floor((ordinal * items) / count), Math.floor(((ordinal + 1) * items) / count)),
  );
}

/** Fills each part before the next is begun, which makes the fewest. */
function fillParts(offsets: ArrayLike<number>, caps: Caps, bytesOf: BytesOf): PartPlan[] {
  const parts: PartPlan[] = [];
  for (let first = 0; first < offsets.length - 1;) {
    let next = first + 1;
    while (next < offsets.length - 1 && fits(partOf(offsets, first, next + 1), caps, bytesOf)) next++;
    parts.push(partOf(offsets, first, next));
    first = next;
  }
  return parts;
}

function fits(part: PartPlan, caps: Caps, bytesOf: BytesOf): boolean {
  return part.itemCount <= caps.maxItems && bytesOf(part) <= caps.maxBytes;
}

function partOf(offsets: ArrayLike<number>, firstItem: number, nextItem: number): PartPlan {
  const inputOffset = offsets[firstItem] ?? 0;
  return {
    firstItem,
    itemCount: nextItem - firstItem,
    inputOffset,
    inputBytes: (offsets[nextItem] ?? 0) - inputOffset,
  };
}
