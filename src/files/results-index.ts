/** Which lines of a results file: all, its successes, or the rest. */
export type ResultsView = 'all' | 'succeeded' | 'failed';

const BLOCK_ITEMS = 256;
const BITMAP_BYTES = BLOCK_ITEMS / 8;
/** Three offsets of 8 bytes, then a bit an item. */
const BLOCK_BYTES = 24 + BITMAP_BYTES;

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

/** A sparse index as read back. */
export class ResultsIndex {
  constructor(private readonly bytes: Buffer) {}

  /** The last block that starts at or before `offset` of the view, with where it starts in the view and in the file. */
  blockAt(
    view: Exclude<ResultsView, 'all'>,
    offset: number,
  ): { block: number; viewOffset: number; fileOffset: number } {
    const column = view === 'succeeded' ? 8 : 16;
    let [low, high] = [0, Math.max(0, this.bytes.length / BLOCK_BYTES - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.double(middle, column) <= offset) low = middle;
      else high = middle - 1;
    }
    return { block: low, viewOffset: this.double(low, column), fileOffset: this.double(low, 0) };
  }

  /** Whether line `line`, counted from the start of `block`, is a success. */
  succeeded(block: number, line: number): boolean {
    const at = (block + Math.floor(line / BLOCK_ITEMS)) * BLOCK_BYTES + 24 + ((line % BLOCK_ITEMS) >> 3);
    return ((this.bytes[at] ?? 0) & (1 << (line & 7))) !== 0;
  }

  private double(block: number, column: number): number {
    return this.bytes.length === 0 ? 0 : this.bytes.readDoubleLE(block * BLOCK_BYTES + column);
  }
}
