import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { BatchInput } from '../batches/batch-input';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import type { ProviderAdapter, StagedLines } from '../providers/contract/adapter';
import { ProviderRegistry } from '../providers/provider-registry';
import { toItemId } from './item-id';
import { Scratch, stagedLines } from './scratch';

const NEWLINE = Buffer.from('\n');

interface EncodeFor {
  readonly part: PartEntity;
  readonly batch: BatchEntity;
  readonly adapter: ProviderAdapter;
  /** The attempt's. */
  readonly token: string;
}

/** The items of a part, as they go upstream. */
@Injectable()
export class PartInput {
  constructor(
    private readonly input: BatchInput,
    private readonly scratch: Scratch,
    private readonly registry: ProviderRegistry,
  ) {}

  /** Runs `work` with the part's lines, encoded for a provider under the ids of that attempt; without the items left out. */
  async withEncoded(
    { part, batch, adapter, token }: EncodeFor,
    work: (lines: StagedLines) => Promise<void>,
  ): Promise<void> {
    await this.scratch.withFile(async (path) => {
      const source = Readable.from(this.encodedLines({ part, batch, adapter, token }), { objectMode: false });
      const target = createWriteStream(path, { mode: 0o600 });
      await pipeline(source, target);
      await work(stagedLines(path, target.bytesWritten));
    });
  }

  private async *encodedLines({ part, batch, adapter, token }: EncodeFor): AsyncGenerator<Buffer> {
    const chunks = new ChunkBuilder();
    const model = this.registry.targetModel(batch);
    const excluded = new Set(part.excluded.map((item) => part.firstItem + item.index));
    let index = part.firstItem;
    for await (const group of this.input.itemGroups(part)) {
      for (const item of group) {
        const own = index++;
        if (excluded.has(own)) continue;
        const chunk = chunks.add(adapter.encode(item, toItemId(own, token), model), NEWLINE);
        if (chunk) yield chunk;
      }
    }
    yield chunks.rest();
  }
}
