const FIRST_COUNTS = 1024;

/** A number of each item as they come, four bytes an item. */
export class ItemCounts {
  private counts = new Uint32Array(FIRST_COUNTS);
  private length = 0;

  add(count: number): void {
    if (this.length === this.counts.length) {
      const longer = new Uint32Array(this.counts.length * 2);
      longer.set(this.counts);
      this.counts = longer;
    }
    this.counts[this.length++] = count;
  }

  /** By item. */
  get all(): Uint32Array {
    return this.counts.subarray(0, this.length);
  }
}
