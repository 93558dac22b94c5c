import type { Readable } from 'node:stream';

/** Bytes `start` to `end`, both included, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A blob as it lies in its store. */
export interface StoredBlob {
  readonly key: string;
  /** When it was written; for a large one possibly when that write began. */
  readonly writtenAt: Date;
}

/** A write that has not ended: it is under way, or its process was killed. */
export interface UnfinishedWrite {
  /** The store's own name of it. */
  readonly id: string;
  /** Of the blob that it would be; null where a store cannot tell. */
  readonly key: string | null;
  /** When it began, or when something was last written. */
  readonly touchedAt: Date;
}

/** Thrown by {@link BlobStore.read} and {@link BlobStore.size} for a key that holds nothing. */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError';

  constructor(readonly key: string) {
    super(`No blob is stored under ${key}`);
  }
}

/**
 * Bytes under keys such as `batches/batch_01J…/input.jsonl` (segments of `[A-Za-z0-9._-]`, joined by `/`).
 * Everything streams; no method holds a whole blob. None may be called inside a database transaction.
 */
export abstract class BlobStore {
  /**
   * Whether {@link write} has done with a chunk by the time it asks for the second one after it, so that the source may write over
   * it: large bodies then come without a new buffer for every chunk. False unless a store says otherwise.
   */
  readonly releasesChunks: boolean = false;

  /**
   * Stores all that `source` yields and resolves to its length in bytes once it is durable. The blob appears whole
   * or not at all: when the source throws, nothing is left and the source's error is rethrown.
   */
  abstract write(key: string, source: AsyncIterable<Uint8Array>): Promise<number>;
  /** Throws {@link BlobNotFoundError} before the first byte. */
  abstract read(key: string, range?: ByteRange): Promise<Readable>;
  /** Length in bytes; throws {@link BlobNotFoundError}. */
  abstract size(key: string): Promise<number>;
  /** Removes the blob; a key that holds nothing is no error. */
  abstract delete(key: string): Promise<void>;
  /** Every blob whose key is `folder`, a `/` and more, in any order. One that is written or removed meanwhile may be among them. */
  abstract list(folder: string): AsyncIterable<StoredBlob>;
  /** The writes of blobs in that folder that have not ended; and those of which a store cannot tell the folder. */
  abstract listUnfinished(folder: string): AsyncIterable<UnfinishedWrite>;
  /** Ends an unfinished write and removes what it left; one that is no more is no error. */
  abstract discardUnfinished(id: string): Promise<void>;
}
