/** Which lines of a results file: all, its successes, or the rest. */
export type ResultsView = 'all' | 'succeeded' | 'failed';

/** Lines that a block of the index covers. */
export const BLOCK_ITEMS = 256;
const BITMAP_BYTES = BLOCK_ITEMS / 8;
/** Three offsets of 8 bytes, then a bit an item. */
const BLOCK_BYTES = 24 + BITMAP_BYTES;
const COLUMN = { all: 0, succeeded: 8, failed: 16 } as const satisfies Record<ResultsView, number>;

/** Totals of a results file, in bytes. */
export interface ResultsSize {
  readonly bytes: number;
  readonly succeededBytes: number;
  readonly failedBytes: number;
}

/**
 * Builds the sparse index of a `results.jsonl`. A block covers 256 lines: where it starts in the file (float64, as are the
 * next two), how many bytes of successes and of failures come before it, then a bitmap with 1 for a success.
 */
export class ResultsIndexBuilder {
  private readonly blocks: Buffer[] = [];
  private items = 0;
  private succeededBytes = 0;
  private failedBytes = 0;

  /** Notes the next line, whose newline counts. */
  add(lineBytes: number, succeeded: boolean): void {
    const slot = this.items++ % BLOCK_ITEMS;
    if (slot === 0) this.startBlock();
    if (succeeded) {
      const block = this.blocks.at(-1)!;
      const at = 24 + (slot >> 3);
      block[at] = block[at]! | (1 << (slot & 7));
      this.succeededBytes += lineBytes;
    } else {
      this.failedBytes += lineBytes;
    }
  }

  get size(): ResultsSize {
    const { succeededBytes, failedBytes } = this;
    return { bytes: succeededBytes + failedBytes, succeededBytes, failedBytes };
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.blocks);
  }

  private startBlock(): void {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeDoubleLE(this.succeededBytes + this.failedBytes, 0);
    block.writeDoubleLE(this.succeededBytes, 8);
    block.writeDoubleLE(this.failedBytes, 16);
    this.blocks.push(block);
  }
}

/** A sparse index as read back. Blocks and lines count from 0; how many lines the last block has, it does not say. */
export class ResultsIndex {
  constructor(private readonly bytes: Buffer) {}

  get blocks(): number {
    return this.bytes.length / BLOCK_BYTES;
  }

  /** Bytes of the view before `block`; infinite behind the last block. */
  offsetOf(view: ResultsView, block: number): number {
    return block < this.blocks ? this.bytes.readDoubleLE(block * BLOCK_BYTES + COLUMN[view]) : Infinity;
  }

  /** The last block that starts at or before `offset` of the view. */
  blockAt(view: ResultsView, offset: number): number {
    let [low, high] = [0, Math.max(0, this.blocks - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.offsetOf(view, middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether the view shows a line of the file. */
  shows(view: ResultsView, line: number): boolean {
    if (view === 'all') return true;
    const at = Math.floor(line / BLOCK_ITEMS) * BLOCK_BYTES + 24 + ((line % BLOCK_ITEMS) >> 3);
    return (((this.bytes[at] ?? 0) & (1 << (line & 7))) !== 0) === (view === 'succeeded');
  }

  /** How many of the lines `from` to `to`, which does not count, the view shows. */
  count(view: ResultsView, from: number, to: number): number {
    if (view === 'all') return to - from;
    let shown = 0;
    for (let line = from; line < to; line++) if (this.shows(view, line)) shown++;
    return shown;
  }

  /** The line behind the `count`th that the view shows from `from` on; there must be as many. */
  skip(view: ResultsView, from: number, count: number): number {
    let line = from;
    for (let left = count; left > 0; line++) if (this.shows(view, line)) left--;
    return line;
  }
}
