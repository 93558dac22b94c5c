import type { ItemLines } from './item-lines';

const FIRST_ENDS = 64;

/** Notes where items stand in a file whose bytes stay as they are. */
export class LineMarks implements ItemLines {
  /** Where the line in hand ends in the file, its line feed included. */
  lineEnd = 0;
  private ends = new Float64Array(FIRST_ENDS);
  private count = 0;

  get lines(): number {
    return this.count;
  }

  /** What is written elsewhere stands in the file already. */
  add(): void {}

  endLine(): void {
    if (this.count === this.ends.length) {
      const longer = new Float64Array(this.ends.length * 2);
      longer.set(this.ends);
      this.ends = longer;
    }
    this.ends[this.count++] = this.lineEnd;
  }

  /** Where each item's lines start, the blank ones before it included, and the end of the last; never behind `bytes`. */
  offsets(bytes: number): Float64Array {
    const offsets = new Float64Array(this.count + 1);
    for (let item = 0; item < this.count; item++) offsets[item + 1] = Math.min(bytes, this.ends[item]!);
    return offsets;
  }
}
