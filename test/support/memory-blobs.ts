import { Readable } from 'node:stream';
import { BlobStore, type ByteRange } from '../../src/blobs/blob-store';

/** Blobs in memory, which count the bytes of results that are read. */
export class MemoryBlobs extends BlobStore {
  readonly blobs = new Map<string, Buffer>();
  bytesRead = 0;

  override read(key: string, range?: ByteRange): Promise<Readable> {
    const bytes = this.blobs.get(key)?.subarray(range?.start ?? 0, (range?.end ?? Infinity) + 1) ?? Buffer.alloc(0);
    const count = (length: number) => (this.bytesRead += key.endsWith('.index') ? 0 : length);
    function* chunks() {
      for (let at = 0; at < bytes.length; at += 1000) {
        const chunk = bytes.subarray(at, at + 1000);
        count(chunk.length);
        yield chunk;
      }
    }
    return Promise.resolve(Readable.from(chunks(), { highWaterMark: 1 }));
  }

  override write(): never {
    throw new Error('Not here');
  }
  override size(): never {
    throw new Error('Not here');
  }
  override delete(): never {
    throw new Error('Not here');
  }
  override list(): never {
    throw new Error('Not here');
  }
  override listUnfinished(): never {
    throw new Error('Not here');
  }
  override discardUnfinished(): never {
    throw new Error('Not here');
  }
}
