const BLOCK_BYTES = 256 * 1024;
const FIRST_OFFSETS = 64;
/** Up to here a loop is faster than the call of a copy. */
const LOOP_BYTES = 96;

/** Writes lines one behind the other into blocks of 256 KiB, and notes where each starts. */
export class LineWriter {
  private readonly full: Buffer[] = [];
  private block: Buffer | null = null;
  private used = 0;
  private written = 0;
  private starts = new Float64Array(FIRST_OFFSETS);
  private count = 0;

  /** How many lines were ended. */
  get lines(): number {
    return this.count;
  }

  /** Where each line starts, and the length of them all as last entry. */
  get offsets(): Float64Array {
    return this.starts.subarray(0, this.count + 1);
  }

  /** Goes on with the line: `bytes` from `start` to `end` (exclusive). */
  add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.written += end - start;
    for (let pos = start; pos < end;) {
      const block = (this.block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES));
      const next = Math.min(end, pos + BLOCK_BYTES - this.used);
      copy(bytes, pos, next, block, this.used);
      this.used += next - pos;
      pos = next;
      if (this.used === BLOCK_BYTES) this.full.push(this.takeBlock());
    }
  }

  /** Ends the line; its line feed is among what was added. */
  endLine(): void {
    if (++this.count === this.starts.length) {
      const longer = new Float64Array(this.starts.length * 2);
      longer.set(this.starts);
      this.starts = longer;
    }
    this.starts[this.count] = this.written;
  }

  /** Hands out the blocks that are full. */
  takeFull(): Buffer[] {
    return this.full.splice(0);
  }

  /** Hands out what is left; empty when nothing is. */
  takeRest(): Buffer {
    return this.block === null ? Buffer.alloc(0) : this.takeBlock();
  }

  private takeBlock(): Buffer {
    const block = (this.block ?? Buffer.alloc(0)).subarray(0, this.used);
    this.block = null;
    this.used = 0;
    return block;
  }
}

function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > LOOP_BYTES) from.copy(to, at, start, end);
  else for (let pos = start, into = at; pos < end; pos++, into++) to[into] = from[pos]!;
}
