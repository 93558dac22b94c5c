import { createGunzip, type Gunzip } from 'node:zlib';
import { CompressionRatioError, InvalidGzipError } from './ingest.errors';

const CHUNK_BYTES = 64 * 1024;
/**
 * Decoded over encoded bytes. Gzip reaches 1,030 on a bomb of one repeated byte. Measured on creates: 50 for one long system prompt
 * with different questions, 140 for the same request again and again, 360 for one phrase repeated through every prompt.
 */
const MAX_RATIO = 500;
/** What is decoded before the ratio counts: less can be taken whatever it is, and short bodies vary. */
const RATIO_COUNTS_AFTER_BYTES = 8 * 1024 * 1024;

/**
 * Decodes a gzip body, one member or several, in bounded memory: a chunk of `source` is read when the one before is decoded and
 * taken. Throws {@link InvalidGzipError} or {@link CompressionRatioError}; whatever ends it frees the decoder.
 */
export async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new GzipDecoder();
  try {
    for await (const chunk of source) yield* decoder.decode(chunk);
    yield* decoder.end();
  } finally {
    decoder.destroy();
  }
}

class GzipDecoder {
  private readonly zlib: Gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  private failure: NodeJS.ErrnoException | null = null;
  private encodedBytes = 0;
  private decodedBytes = 0;
  private wake: () => void = () => undefined;

  constructor() {
    const { zlib } = this;
    zlib.on('readable', () => this.wake());
    zlib.on('end', () => this.wake());
    zlib.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  async *decode(chunk: Buffer): AsyncGenerator<Buffer> {
    this.encodedBytes += chunk.length;
    let taken = false;
    this.zlib.write(chunk, () => {
      taken = true;
      this.wake();
    });
    yield* this.outputUntil(() => taken);
    // Node ends quietly at zeros after the last member, and leaves them unread.
    if (this.zlib.bytesWritten < this.encodedBytes) throw new InvalidGzipError('is followed by something else');
  }

  async *end(): AsyncGenerator<Buffer> {
    this.zlib.end();
    yield* this.outputUntil(() => this.zlib.readableEnded);
  }

  destroy(): void {
    this.zlib.destroy();
  }

  private async *outputUntil(done: () => boolean): AsyncGenerator<Buffer> {
    for (;;) {
      const output = this.zlib.read() as Buffer | null;
      if (this.failure) throw invalid(this.failure);
      if (output) {
        this.countOutput(output.length);
        yield output;
      } else if (done()) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private countOutput(bytes: number): void {
    this.decodedBytes += bytes;
    if (this.decodedBytes <= RATIO_COUNTS_AFTER_BYTES) return;
    if (this.decodedBytes > MAX_RATIO * this.zlib.bytesWritten) throw new CompressionRatioError(MAX_RATIO);
  }
}

function invalid({ code }: NodeJS.ErrnoException): InvalidGzipError {
  return new InvalidGzipError(code === 'Z_BUF_ERROR' ? 'ends early' : 'cannot be decoded');
}
