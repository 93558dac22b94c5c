import { Injectable } from '@nestjs/common';
import { BlobStore, type ByteRange } from '../blobs/blob-store';
import { LineCutter, spansOf, type LineSelection } from './line-cutter';
import { BLOCK_ITEMS, ResultsIndex } from './results-index';
import type { FileSegment } from './stored-file.entity';

const PIECE_BYTES = 256 * 1024;

/** A results file in the blob store; `bytes` is its length. */
export interface ResultsBlob {
  readonly key: string;
  readonly bytes: number;
}

/** Reads the bytes of files, streaming. A blob that is shorter than what is known of it is an error, never a short answer. */
@Injectable()
export class SegmentReader {
  constructor(private readonly blobs: BlobStore) {}

  /** The bytes of all segments in order, or the part of them that `range` names. */
  async *read(segments: readonly FileSegment[], range?: ByteRange): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const segment of segments) {
      const start = Math.max(0, (range?.start ?? 0) - offset);
      const end = Math.min(segment.bytes - 1, (range?.end ?? Infinity) - offset);
      offset += segment.bytes;
      if (start <= end) yield* complete(this.readSegment(segment, { start, end }), segment.key, end - start + 1);
    }
  }

  /** Whole lines of one results file, in chunks that may end within a line. */
  async *readLines(file: ResultsBlob, index: ResultsIndex, selection: LineSelection): AsyncGenerator<Buffer> {
    for (const { block, start, end } of spansOf(index, selection)) {
      const cutter = new LineCutter(index, selection, block);
      let position = start;
      for await (const chunk of await this.readBlob(file.key, { start, end: Math.min(end, file.bytes) - 1 })) {
        position += chunk.length;
        const wanted = cutter.push(chunk);
        if (wanted.length > 0) yield wanted;
        if (cutter.done) return;
      }
      if (file.bytes < Infinity && position < Math.min(end, file.bytes)) throw new ShortBlobError(file.key);
    }
  }

  /**
   * A results file from `start` on, in reads that end before their bytes are handed out: as many files can be open at once as one
   * likes, and none holds a connection while it waits.
   */
  async *readPieces({ key, bytes }: ResultsBlob, start: number): AsyncGenerator<Buffer> {
    for (let from = start; from < bytes; from += PIECE_BYTES) {
      const end = Math.min(from + PIECE_BYTES, bytes);
      const chunks: Buffer[] = [];
      for await (const chunk of await this.readBlob(key, { start: from, end: end - 1 })) chunks.push(chunk);
      const piece = Buffer.concat(chunks);
      if (piece.length < end - from) throw new ShortBlobError(key);
      yield piece;
    }
  }

  /** The index of a results file, whole: about a quarter of a byte an item. */
  async readIndex(key: string): Promise<ResultsIndex> {
    const chunks: Buffer[] = [];
    for await (const chunk of (await this.blobs.read(key)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return new ResultsIndex(Buffer.concat(chunks));
  }

  private async *readSegment({ key, indexKey, view }: FileSegment, range: ByteRange): AsyncGenerator<Buffer> {
    if (view === 'all' || indexKey === null) {
      yield* await this.readBlob(key, range);
      return;
    }
    const index = await this.readIndex(indexKey);
    const [first, last] = [index.blockAt(view, range.start), index.blockAt(view, range.end)];
    const selection = { view, from: first * BLOCK_ITEMS, to: (last + 1) * BLOCK_ITEMS };
    const lines = this.readLines({ key, bytes: Infinity }, index, selection);
    yield* clip(lines, range.start - index.offsetOf(view, first), range.end - range.start + 1);
  }

  private async readBlob(key: string, { start, end }: ByteRange): Promise<AsyncIterable<Buffer>> {
    return this.blobs.read(key, { start, end: Math.min(end, Number.MAX_SAFE_INTEGER) });
  }
}

/** A blob ended before what its index or its row says. */
class ShortBlobError extends Error {
  override readonly name = 'ShortBlobError';

  constructor(key: string) {
    super(`The blob ${key} is shorter than what was stored`);
  }
}

async function* complete(chunks: AsyncIterable<Buffer>, key: string, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    yield chunk;
  }
  if (left > 0) throw new ShortBlobError(key);
}

/** The `length` bytes behind the first `skip`. */
async function* clip(chunks: AsyncIterable<Buffer>, skip: number, length: number): AsyncGenerator<Buffer> {
  let [start, left] = [skip, length];
  for await (const chunk of chunks) {
    const piece = chunk.subarray(start, start + left);
    start = Math.max(0, start - chunk.length);
    left -= piece.length;
    if (piece.length > 0) yield piece;
    if (left === 0) return;
  }
}
