import { Injectable } from '@nestjs/common';
import type { StoredItem } from '../../ingest/item-copy';
import { BatchInput } from '../batch-input';
import type { FamilyMember } from './family.store';
import { InputDeletedError } from './retry.errors';

/** The stored requests of a family's first batch. */
@Injectable()
export class RootInput {
  constructor(private readonly input: BatchInput) {}

  /** Throws {@link InputDeletedError}. */
  async assertThere({ batch }: FamilyMember): Promise<void> {
    if (!(await this.input.isThere(batch.id))) throw new InputDeletedError(batch.id);
  }

  /**
   * Those with these indexes, which grow, in groups as they are read; parts without any are not read. Throws {@link InputDeletedError}
   * when the input is deleted meanwhile.
   */
  async *items(first: FamilyMember, indexes: Uint32Array): AsyncGenerator<StoredItem[]> {
    try {
      yield* this.read(first, indexes);
    } catch (error) {
      await this.assertThere(first);
      throw error;
    }
  }

  /** Bytes that so many requests of the batch take, about. */
  estimate({ batch, parts }: FamilyMember, count: number): number {
    const bytes = parts.reduce((sum, part) => sum + part.inputBytes, 0);
    return Math.ceil((bytes * count) / batch.total);
  }

  private async *read({ parts }: FamilyMember, indexes: Uint32Array): AsyncGenerator<StoredItem[]> {
    let next = 0;
    for (const part of parts) {
      if (next === indexes.length || indexes[next]! >= part.firstItem + part.itemCount) continue;
      let index = part.firstItem;
      for await (const lines of this.input.itemGroups(part)) {
        const wanted: StoredItem[] = [];
        for (const line of lines) if (index++ === indexes[next]) wanted.push({ index: indexes[next++]!, line });
        if (wanted.length > 0) yield wanted;
      }
    }
  }
}
