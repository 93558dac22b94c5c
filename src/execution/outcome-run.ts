import type { ItemOutcome } from '../providers/contract/adapter';
import { tailPieces } from './outcome-tail';

/** Room behind a full run for the outcome that fills it. */
const SPARE_BYTES = 64 * 1024;
/** What is noted of an outcome weighs too. */
const MAX_ITEMS = 8 * 1024;

/** Outcomes as they come, in memory that is used over and over: an object for each of them would keep the garbage collector busy. */
export class OutcomeRun {
  private memory: Buffer;
  /** For them in the order of their items. */
  private sorted: Buffer | null = null;
  private used = 0;
  private items: number[] = [];
  private starts: number[] = [];

  /** @param bytes how many make it full; one outcome may have more */
  constructor(private readonly bytes: number) {
    this.memory = Buffer.allocUnsafe(bytes + SPARE_BYTES);
  }

  get isFull(): boolean {
    return this.used >= this.bytes || this.items.length >= MAX_ITEMS;
  }

  /** Takes the outcome of item `index`; returns how many bytes are kept of it. */
  add(index: number, outcome: ItemOutcome): number {
    const start = this.used;
    for (const piece of tailPieces(outcome)) this.append(piece);
    this.items.push(index);
    this.starts.push(start);
    return this.used - start;
  }

  /** All that it holds, in the order of the items; good until it is cleared. `place` is told where each begins. */
  inOrder(place: (index: number, start: number) => void): Buffer {
    const { items, starts, memory } = this;
    if (isAscending(items)) {
      items.forEach((index, at) => place(index, starts[at]!));
      return memory.subarray(0, this.used);
    }
    const sorted = this.sorted && this.sorted.length >= this.used ? this.sorted : Buffer.allocUnsafe(memory.length);
    let filled = 0;
    for (const at of items.map((_, own) => own).sort((one, other) => items[one]! - items[other]!)) {
      place(items[at]!, filled);
      filled += memory.copy(sorted, filled, starts[at], starts[at + 1] ?? this.used);
    }
    this.sorted = sorted;
    return sorted.subarray(0, filled);
  }

  clear(): void {
    [this.used, this.items, this.starts] = [0, [], []];
    if (this.memory.length === this.bytes + SPARE_BYTES) return;
    [this.memory, this.sorted] = [Buffer.allocUnsafe(this.bytes + SPARE_BYTES), null];
  }

  private append(piece: Buffer | string): void {
    const most = typeof piece === 'string' ? 3 * piece.length : piece.length;
    if (this.used + most > this.memory.length)
      this.memory = Buffer.concat([this.memory.subarray(0, this.used)], this.used + most + SPARE_BYTES);
    this.used += typeof piece === 'string' ? this.memory.write(piece, this.used) : piece.copy(this.memory, this.used);
  }
}

function isAscending(items: readonly number[]): boolean {
  return items.every((item, at) => at === 0 || items[at - 1]! < item);
}
