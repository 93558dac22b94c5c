import { Inject, Injectable } from '@nestjs/common';
import { Byte } from '../common/jsonl/json-bytes';
import { OpenStreams } from '../files/open-streams';
import { SegmentReader } from '../files/segment-reader';
import type { FileSegment } from '../files/stored-file.entity';
import { takeOver, type PlatformResponse } from '../http/platform';
import { sendJson } from '../http/send-json';
import { segmentsOf } from './batch-closer';
import { BATCHES_OPTIONS, DEFAULT_INLINE_RESULTS_MAX_BYTES, type BatchesModuleOptions } from './batches.options';
import { BatchesStore } from './batches.store';
import type { BatchEntity } from './batch.entity';
import type { BatchDto } from './dto/batch-detail.dto';
import { isTerminal } from './batch-status';

const COMMA = Buffer.from(',');

/** Answers with a batch and its results. */
@Injectable()
export class BatchResults {
  constructor(
    @Inject(BATCHES_OPTIONS) private readonly options: BatchesModuleOptions,
    private readonly batches: BatchesStore,
    private readonly reader: SegmentReader,
    private readonly streams: OpenStreams,
  ) {}

  /** The batch as JSON, as it is `shown`, with `results` when it has ended and they are wanted and short enough. */
  async send(
    batch: BatchEntity,
    { shown, wanted }: { readonly shown: BatchDto; readonly wanted: boolean },
    response: PlatformResponse,
  ): Promise<void> {
    const { results: _, ...head } = shown;
    if (!wanted || !hasResults(batch)) {
      sendJson(response, wanted ? { ...head, results: null } : head);
      return;
    }
    const segments = segmentsOf(await this.batches.partsOf(batch.id), 'all');
    if (bytesOf(segments) > (this.options.inlineResultsMaxBytes ?? DEFAULT_INLINE_RESULTS_MAX_BYTES)) {
      sendJson(response, { ...head, results: null, results_truncated: true });
      return;
    }
    takeOver(response).setHeader('Content-Type', 'application/json; charset=utf-8');
    const lines = withResults(head, this.reader.read(segments));
    await this.streams.send(batch.ownerId, response, lines, { compressible: true });
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

async function* withResults(head: object, lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"results":[`);
  yield* joined(lines);
  yield Buffer.from(']}');
}

/** JSON lines with commas in place of the line feeds between them; a raw line feed never occurs within a value of JSON. */
export async function* joined(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let lineEnded = false;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    const bytes: Buffer = lineEnded ? Buffer.concat([COMMA, chunk]) : Buffer.from(chunk);
    lineEnded = bytes.at(-1) === Byte.LINE_FEED;
    for (let at = bytes.indexOf(Byte.LINE_FEED); at !== -1; at = bytes.indexOf(Byte.LINE_FEED, at + 1)) {
      bytes[at] = Byte.COMMA;
    }
    yield lineEnded ? bytes.subarray(0, -1) : bytes;
  }
}
