import { Injectable } from '@nestjs/common';
import { BlobStore, type ByteRange } from '../blobs/blob-store';
import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import { MAX_LINE_BYTES } from '../common/jsonl/limits';
import { readLines } from '../common/jsonl/read-lines';
import { ResultsIndex, type ResultsView } from './results-index';
import type { FileSegment } from './stored-file.entity';

const NEWLINE = Buffer.from('\n');

/** Reads the bytes of files, streaming. */
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
      if (start <= end) yield* this.readSegment(segment, { start, end });
    }
  }

  private async *readSegment(segment: FileSegment, range: ByteRange): AsyncGenerator<Buffer> {
    if (segment.view === 'all' || segment.indexKey === null) {
      yield* (await this.blobs.read(segment.key, range)) as AsyncIterable<Buffer>;
      return;
    }
    const index = new ResultsIndex(await this.readWhole(segment.indexKey));
    yield* clip(this.viewLines(segment.key, index, segment.view, range), range);
  }

  /** Chunks of whole lines of a view, from the start of the block that holds `range.start`. */
  private async *viewLines(
    key: string,
    index: ResultsIndex,
    view: Exclude<ResultsView, 'all'>,
    range: ByteRange,
  ): AsyncGenerator<PlacedChunk> {
    const { block, viewOffset, fileOffset } = index.blockAt(view, range.start);
    const source = await this.blobs.read(key, { start: fileOffset, end: Number.MAX_SAFE_INTEGER });
    const chunks = new ChunkBuilder();
    let [offset, line] = [viewOffset, 0];
    for await (const text of readLines(source, { maxLineBytes: MAX_LINE_BYTES })) {
      if (index.succeeded(block, line++) !== (view === 'succeeded')) continue;
      const bytes = chunks.add(text, NEWLINE);
      if (!bytes) continue;
      yield { offset, bytes };
      offset += bytes.length;
    }
    yield { offset, bytes: chunks.rest() };
  }

  private async readWhole(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of (await this.blobs.read(key)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

interface PlacedChunk {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The bytes of `chunks` that lie within `range`. */
async function* clip(chunks: AsyncIterable<PlacedChunk>, range: ByteRange): AsyncGenerator<Buffer> {
  for await (const { offset, bytes } of chunks) {
    if (offset > range.end) return;
    const piece = bytes.subarray(Math.max(0, range.start - offset), Math.min(bytes.length, range.end + 1 - offset));
    if (piece.length > 0) yield piece;
  }
}
