import { Injectable } from '@nestjs/common';
import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { readLineGroups } from '../../common/jsonl/read-lines';
import { SegmentReader } from '../../files/segment-reader';
import type { StoredItem } from '../../ingest/item-copy';
import { BatchesStore } from '../batches.store';
import type { FamilyMember } from './family.store';

/** The stored requests of a family's first batch. */
@Injectable()
export class RootInput {
  constructor(
    private readonly batches: BatchesStore,
    private readonly reader: SegmentReader,
  ) {}

  /** Those with these indexes, which grow, in groups as they are read; parts without any are not read. */
  async *items({ batch, parts }: FamilyMember, indexes: Uint32Array): AsyncGenerator<StoredItem[]> {
    const { segments } = await this.batches.inputFile(batch.id);
    let next = 0;
    for (const part of parts) {
      if (next === indexes.length || indexes[next]! >= part.firstItem + part.itemCount) continue;
      const range = { start: part.inputOffset, end: part.inputOffset + part.inputBytes - 1 };
      let index = part.firstItem;
      for await (const lines of readLineGroups(this.reader.read(segments, range), { maxLineBytes: MAX_LINE_BYTES })) {
        const wanted: StoredItem[] = [];
        for (const line of lines) {
          // A copy, since a line would keep all that was read with it in memory.
          if (index === indexes[next]) wanted.push({ index: indexes[next++]!, line: Buffer.from(line) });
          index++;
        }
        if (wanted.length > 0) yield wanted;
      }
    }
  }

  /** Bytes that so many requests of the batch take, about. */
  estimate({ batch, parts }: FamilyMember, count: number): number {
    const bytes = parts.reduce((sum, part) => sum + part.inputBytes, 0);
    return Math.ceil((bytes * count) / batch.total);
  }
}
