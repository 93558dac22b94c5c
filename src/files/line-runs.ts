/** Gathers what is wanted of a chunk, as runs of its bytes. */
export class LineRuns {
  private readonly closed: Buffer[] = [];
  private start = 0;
  private end = 0;

  constructor(private readonly chunk: Buffer) {}

  /** Takes the bytes from `start` to `end`, which does not count; calls come in the chunk's order. */
  add(start: number, end: number): void {
    if (start !== this.end) {
      this.close();
      this.start = start;
    }
    this.end = end;
  }

  /** All that was taken; empty when nothing was. */
  take(): Buffer {
    this.close();
    const only = this.closed.length === 1 ? this.closed[0] : undefined;
    // A short piece is copied, since it would keep its whole chunk in memory for as long as it waits to be sent.
    return only && only.length * 2 >= this.chunk.length ? only : Buffer.concat(this.closed);
  }

  private close(): void {
    if (this.end > this.start) this.closed.push(this.chunk.subarray(this.start, this.end));
  }
}
