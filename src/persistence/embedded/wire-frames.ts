const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

/** What a client sent: a message for the engine, a question about encryption, or the wish to leave. */
export type Frame = { kind: 'message'; bytes: Buffer } | { kind: 'encryption-request' } | { kind: 'end' };

/** Cuts the byte stream of one Postgres client into whole protocol messages. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private size = 0;
  private needed = 8;
  private started = false;

  /** Takes what arrived and returns the messages that are complete now. */
  push(chunk: Buffer): Frame[] {
    this.chunks.push(chunk);
    this.size += chunk.length;
    const frames: Frame[] = [];
    while (this.size >= this.needed) {
      const buffer = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      const length = this.frameLength(buffer);
      this.keep(buffer.length < length ? buffer : buffer.subarray(length));
      this.needed = length;
      if (buffer.length < length) break;
      frames.push(this.read(buffer.subarray(0, length)));
      this.needed = this.started ? 5 : 8;
    }
    return frames;
  }

  private keep(buffer: Buffer): void {
    this.chunks = [buffer];
    this.size = buffer.length;
  }

  /** The first message has no type byte; every later one has it before its length. */
  private frameLength(buffer: Buffer): number {
    return this.started ? 1 + buffer.readInt32BE(1) : Math.max(8, buffer.readInt32BE(0));
  }

  private read(bytes: Buffer): Frame {
    if (this.started) return String.fromCharCode(bytes[0]!) === 'X' ? { kind: 'end' } : { kind: 'message', bytes };
    const code = bytes.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption-request' };
    if (code === CANCEL_REQUEST) return { kind: 'end' };
    this.started = true;
    return { kind: 'message', bytes };
  }
}
