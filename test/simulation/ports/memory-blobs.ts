import { Readable } from 'node:stream';
import {
  BlobNotFoundError,
  BlobStore,
  type ByteRange,
  type StoredBlob,
  type UnfinishedWrite,
} from '../../../src/blobs/blob-store';
import type { Clock } from '../../../src/common/clock';
import { assertNoTransaction } from '../../../src/persistence/transaction-context';
import type { Ports } from './ports';

/** The blobs of a history, as they are stored. */
export type StoredBlobs = Map<string, { readonly bytes: Buffer; readonly writtenAt: Date }>;

/** Blobs in memory: each call takes its turn, and a blob appears whole or not at all. */
export class MemoryBlobs extends BlobStore {
  constructor(
    private readonly stored: StoredBlobs,
    private readonly ports: Ports,
    private readonly clock: Clock,
  ) {
    super();
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
    const bytes = Buffer.concat(chunks);
    return this.call(`write ${key}`, () => {
      this.stored.set(key, { bytes, writtenAt: new Date(this.clock.now()) });
      return bytes.length;
    });
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const bytes = await this.call(`read ${key}`, () => this.find(key));
    const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
    return Readable.from([part], { objectMode: false });
  }

  async size(key: string): Promise<number> {
    return this.call(`size ${key}`, () => this.find(key).length);
  }

  async delete(key: string): Promise<void> {
    await this.call(`delete ${key}`, () => this.stored.delete(key));
  }

  async *list(folder: string): AsyncGenerator<StoredBlob> {
    const within = ([key]: [string, unknown]) => key.startsWith(`${folder}/`);
    const listed = await this.call(`list ${folder}`, () => [...this.stored].filter(within));
    for (const [key, { writtenAt }] of listed) yield { key, writtenAt };
  }

  async *listUnfinished(): AsyncGenerator<UnfinishedWrite> {
    // A blob appears whole or not at all.
  }

  async discardUnfinished(): Promise<void> {
    // There are none.
  }

  private find(key: string): Buffer {
    const blob = this.stored.get(key);
    if (!blob) throw new BlobNotFoundError(key);
    return blob.bytes;
  }

  private call<T>(label: string, effect: () => T): Promise<T> {
    assertNoTransaction('A blob call');
    return new Promise((resolve, reject) => {
      this.ports.call<() => T>({
        port: 'blob',
        label,
        effect: () => settled(effect),
        answer: (result) => {
          try {
            resolve(result());
          } catch (error) {
            reject(error instanceof Error ? error : new Error('The blob store failed', { cause: error }));
          }
        },
        fail: () => reject(new Error('The blob store did not answer')),
      });
    });
  }
}

/** Does something now; the answer gives what it returned, or throws what it threw. */
function settled<T>(effect: () => T): () => T {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
