// A sender may cut its bytes into pieces of one byte each; the Buffer objects would then weigh a hundred times the bytes.
const MAX_LOOSE_PIECES = 256;

/** Gathers the pieces of one value. A value that came in one piece is handed out as that piece, without a copy. */
export class ByteAccumulator {
  private joined: Buffer[] = [];
  private loose: Buffer[] = [];
  private size = 0;

  /** Bytes held. */
  get length(): number {
    return this.size;
  }

  append(piece: Buffer): void {
    if (piece.length === 0) return;
    this.size += piece.length;
    this.loose.push(piece);
    if (this.loose.length < MAX_LOOSE_PIECES) return;
    this.joined.push(Buffer.concat(this.loose));
    this.loose = [];
  }

  /** Hands out all bytes held and forgets them. */
  take(): Buffer {
    const pieces = this.joined.length === 0 ? this.loose : [...this.joined, ...this.loose];
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, this.size);
    this.clear();
    return bytes;
  }

  /** Forgets all bytes held. */
  clear(): void {
    this.joined = [];
    this.loose = [];
    this.size = 0;
  }
}
