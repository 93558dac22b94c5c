import { Inject, Injectable } from '@nestjs/common';
import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import { MAX_LINE_BYTES } from '../common/jsonl/limits';
import { readLines } from '../common/jsonl/read-lines';
import { SegmentReader } from '../files/segment-reader';
import type { FileSegment } from '../files/stored-file.entity';
import { segmentsOf } from './batch-closer';
import { BATCHES_OPTIONS, DEFAULT_INLINE_RESULTS_MAX_BYTES, type BatchesModuleOptions } from './batches.options';
import { BatchesStore } from './batches.store';
import type { BatchEntity } from './batch.entity';
import { toBatch } from './batch.mapper';
import { isTerminal } from './batch-status';

const COMMA = Buffer.from(',');

/** A batch with its results, as bytes of JSON. */
@Injectable()
export class BatchResults {
  constructor(
    @Inject(BATCHES_OPTIONS) private readonly options: BatchesModuleOptions,
    private readonly batches: BatchesStore,
    private readonly reader: SegmentReader,
  ) {}

  /** The batch as JSON, with `results` when it has ended and they are wanted and short enough. */
  async *render(batch: BatchEntity, wanted: boolean): AsyncGenerator<Buffer> {
    const { results: _, ...head } = toBatch(batch);
    if (!wanted || !hasResults(batch)) {
      yield Buffer.from(JSON.stringify(wanted ? { ...head, results: null } : head));
      return;
    }
    const segments = segmentsOf(await this.batches.listParts(batch.id), 'all');
    if (bytesOf(segments) > (this.options.inlineResultsMaxBytes ?? DEFAULT_INLINE_RESULTS_MAX_BYTES)) {
      yield Buffer.from(JSON.stringify({ ...head, results: null, results_truncated: true }));
      return;
    }
    yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"results":[`);
    yield* joined(readLines(this.reader.read(segments), { maxLineBytes: MAX_LINE_BYTES }));
    yield Buffer.from(']}');
  }
}

/** A failed batch has results when the provider told items apart. */
function hasResults(batch: BatchEntity): boolean {
  if (!isTerminal(batch.status)) return false;
  return batch.status !== 'failed' || batch.errors.some((error) => error.line !== undefined);
}

function bytesOf(segments: readonly FileSegment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, 0);
}

/** The lines with commas between them, in chunks. */
async function* joined(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = new ChunkBuilder();
  let separator = Buffer.alloc(0);
  for await (const line of lines) {
    const chunk = chunks.add(separator, line);
    separator = COMMA;
    if (chunk) yield chunk;
  }
  yield chunks.rest();
}
