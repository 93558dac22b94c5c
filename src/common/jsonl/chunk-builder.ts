const CHUNK_BYTES = 256 * 1024;

/** Gathers small pieces into chunks of about 256 KiB, so that streams carry few large buffers and not many small ones. */
export class ChunkBuilder {
  private held: Buffer[] = [];
  private bytes = 0;

  /** Takes pieces; returns a chunk once enough are held, else null. */
  add(...pieces: readonly Buffer[]): Buffer | null {
    for (const piece of pieces) {
      this.held.push(piece);
      this.bytes += piece.length;
    }
    return this.bytes >= CHUNK_BYTES ? this.rest() : null;
  }

  /** What is held, as a last chunk; empty when nothing is. */
  rest(): Buffer {
    const chunk = Buffer.concat(this.held);
    [this.held, this.bytes] = [[], 0];
    return chunk;
  }
}
