import type { ItemLines } from './item-lines';

const BLOCK_BYTES = 256 * 1024;
/** Of the first block: most bodies are small. */
const FIRST_BLOCK_BYTES = 16 * 1024;
/** Blocks kept to be written anew. */
const MAX_FREE = 4;
const FIRST_LENGTHS = 64;
/** Up to here a loop is faster than the call of a copy. */
const LOOP_BYTES = 96;

/** Writes lines one behind the other into blocks of 256 KiB, and notes how long each is. */
export class LineWriter implements ItemLines {
  private readonly full: Buffer[] = [];
  private readonly free: Buffer[] = [];
  private handedOut: Buffer | null = null;
  private block: Buffer | null = null;
  private used = 0;
  private lineBytes = 0;
  private lengths = new Uint32Array(FIRST_LENGTHS);
  private count = 0;

  /** @param reuses whether a block may be written anew once two later ones were asked for; else every one is new */
  constructor(private readonly reuses: boolean) {}

  get lines(): number {
    return this.count;
  }

  /** Where each line starts, and the length of them all as last entry. */
  offsets(): Float64Array {
    const offsets = new Float64Array(this.count + 1);
    for (let line = 0; line < this.count; line++) offsets[line + 1] = offsets[line]! + this.lengths[line]!;
    return offsets;
  }

  add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.lineBytes += end - start;
    for (let pos = start; pos < end;) {
      const block = (this.block ??= this.newBlock());
      const next = Math.min(end, pos + block.length - this.used);
      copy(bytes, pos, next, block, this.used);
      this.used += next - pos;
      pos = next;
      if (this.used === block.length) this.full.push(this.takeBlock());
    }
  }

  endLine(): void {
    if (this.count === this.lengths.length) {
      const longer = new Uint32Array(this.lengths.length * 2);
      longer.set(this.lengths);
      this.lengths = longer;
    }
    this.lengths[this.count++] = this.lineBytes;
    this.lineBytes = 0;
  }

  /** Hands out the blocks that are full. */
  *takeFull(): Generator<Buffer> {
    for (let block = this.full.shift(); block; block = this.full.shift()) {
      yield block;
      // Asked for the next one, so the one before this is done with.
      this.release(this.handedOut);
      this.handedOut = block;
    }
  }

  /** Hands out what is left; empty when nothing is. */
  takeRest(): Buffer {
    return this.block === null ? Buffer.alloc(0) : this.takeBlock();
  }

  private release(block: Buffer | null): void {
    if (this.reuses && block?.length === BLOCK_BYTES && this.free.length < MAX_FREE) this.free.push(block);
  }

  private newBlock(): Buffer {
    const isFirst = this.count === 0 && this.handedOut === null && this.full.length === 0;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(isFirst ? FIRST_BLOCK_BYTES : BLOCK_BYTES);
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
