import { Injectable } from '@nestjs/common';
import { SegmentReader } from '../../files/segment-reader';
import type { BatchEntity } from '../batch.entity';

const BYTES_AN_ITEM = 4;

/** Which requests of its family's first batch a retry runs. */
@Injectable()
export class Origins {
  constructor(private readonly reader: SegmentReader) {}

  /** The index in the first batch of each of the batch's requests, growing; null for one that stands for itself, whatever it once retried. */
  async read({ rootId, originKey, total }: BatchEntity): Promise<Uint32Array | null> {
    if (rootId === null || originKey === null) return null;
    const bytes = Buffer.alloc(total * BYTES_AN_ITEM);
    let length = 0;
    for await (const chunk of this.reader.read([
      { key: originKey, indexKey: null, view: 'all', bytes: bytes.length },
    ])) {
      length += chunk.copy(bytes, length);
    }
    return Uint32Array.from({ length: total }, (_, at) => bytes.readUInt32LE(at * BYTES_AN_ITEM));
  }
}
