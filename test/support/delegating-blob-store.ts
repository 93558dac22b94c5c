import type { Readable } from 'node:stream';
import { BlobStore, type ByteRange, type StoredBlob, type UnfinishedWrite } from '../../src/blobs/blob-store';
import { LocalBlobStore } from '../../src/blobs/local/local-blob-store';
import { SystemClock } from '../../src/common/clock';
import { Ids } from '../../src/common/ids';
import { SystemRandom } from '../../src/common/random';

/** A store of a host's own, which keeps its blobs in a folder; a test overrides what it is about. */
export class DelegatingBlobStore extends BlobStore {
  readonly inner: BlobStore;

  constructor(folder: string) {
    super();
    this.inner = new LocalBlobStore(folder, new Ids(new SystemClock(), new SystemRandom()));
  }

  override write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    return this.inner.write(key, source);
  }

  override read(key: string, range?: ByteRange): Promise<Readable> {
    return this.inner.read(key, range);
  }

  override size(key: string): Promise<number> {
    return this.inner.size(key);
  }

  override delete(key: string): Promise<void> {
    return this.inner.delete(key);
  }

  override list(folder: string): AsyncIterable<StoredBlob> {
    return this.inner.list(folder);
  }

  override listUnfinished(folder: string): AsyncIterable<UnfinishedWrite> {
    return this.inner.listUnfinished(folder);
  }

  override discardUnfinished(id: string): Promise<void> {
    return this.inner.discardUnfinished(id);
  }
}
