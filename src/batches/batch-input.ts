import { Injectable } from '@nestjs/common';
import { MAX_LINE_BYTES } from '../common/jsonl/limits';
import { readLineGroups } from '../common/jsonl/read-lines';
import { SegmentReader } from '../files/segment-reader';
import { readStoredLine, type StoredLine } from '../ingest/stored-line';
import { isBlankLine, readUploadedLine } from '../ingest/uploaded-line';
import { BatchesStore } from './batches.store';
import type { PartEntity } from './part.entity';

/** The requests of batches, read from where they are stored: as we wrote them, or in an uploaded file. */
@Injectable()
export class BatchInput {
  constructor(
    private readonly batches: BatchesStore,
    private readonly reader: SegmentReader,
  ) {}

  /** Whether it is still there: the owner of a batch that has ended may have deleted its input. */
  async isThere(batchId: string): Promise<boolean> {
    return (await this.batches.inputFile(batchId)) !== null;
  }

  /** The part's items in order, in groups as they are read; they are good until the next group is asked for. */
  async *itemGroups(part: PartEntity): AsyncGenerator<StoredLine[]> {
    const file = await this.batches.inputFile(part.batchId);
    if (!file) throw new Error(`The batch ${part.batchId} has no input`);
    const { batchId, segments } = file;
    const range = { start: part.inputOffset, end: part.inputOffset + part.inputBytes - 1 };
    for await (const lines of readLineGroups(this.reader.read(segments, range), { maxLineBytes: MAX_LINE_BYTES })) {
      // Only what was uploaded is as somebody else wrote it.
      if (batchId !== null) yield lines.map(readStoredLine);
      else yield lines.filter((line) => !isBlankLine(line)).map(readUploadedLine);
    }
  }
}
