import { Injectable } from '@nestjs/common';
import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { readLineGroups } from '../../common/jsonl/read-lines';
import type { ResultsIndex } from '../../files/results-index';
import { SegmentReader } from '../../files/segment-reader';
import type { EndedPart } from '../results-pages';
import { readFailure, type Failure } from './failure';
import type { Family, FamilyMember } from './family.store';
import { Origins } from './origins';

/** An entry of a member's results. */
export interface SeenEntry {
  /** The member, by its place in the family. */
  readonly member: number;
  /** Index of its request in the first batch. */
  readonly item: number;
  /** Index of its request in the member. */
  readonly line: number;
  readonly succeeded: boolean;
  /** Null for a success, and where nobody asked for it. */
  readonly failure: Failure | null;
}

export interface FamilyVisitor {
  /** Whether to read why the requests of a part failed, which takes a read of all of its failed entries. */
  readonly readsFailures: (part: EndedPart, member: number) => boolean;
  /** Called once for each entry, the oldest member first. */
  readonly visit: (entry: SeenEntry) => void;
}

/** Looks at the outcomes of a family: one index of a part, and one part's failed entries, at a time. */
@Injectable()
export class FamilyWalk {
  constructor(
    private readonly reader: SegmentReader,
    private readonly origins: Origins,
  ) {}

  async walk(family: Family, visitor: FamilyVisitor): Promise<void> {
    for (const [ordinal, member] of family.entries()) await this.walkMember(member, ordinal, visitor);
  }

  private async walkMember({ batch, parts }: FamilyMember, member: number, visitor: FamilyVisitor): Promise<void> {
    if (parts.length === 0) return;
    const origins = await this.origins.read(batch);
    for (const part of parts) {
      const index = await this.reader.readIndex(part.results.indexKey);
      const seen: Seen = (own, failure) => {
        const line = part.firstItem + own;
        const item = origins ? origins[line]! : line;
        visitor.visit({ member, item, line, succeeded: index.shows('succeeded', own), failure });
      };
      if (visitor.readsFailures(part, member)) await this.readFailures(part, index, seen);
      else for (let own = 0; own < part.itemCount; own++) seen(own, null);
    }
  }

  private async readFailures(part: EndedPart, index: ResultsIndex, seen: Seen): Promise<void> {
    const selection = { view: 'failed' as const, from: 0, to: part.itemCount };
    const failed = this.reader.readLines(part.results, index, selection);
    let own = 0;
    for await (const lines of readLineGroups(failed, { maxLineBytes: MAX_LINE_BYTES })) {
      for (const line of lines) {
        while (index.shows('succeeded', own)) seen(own++, null);
        seen(own++, readFailure(line));
      }
    }
    for (; own < part.itemCount; own++) {
      if (!index.shows('succeeded', own)) throw new Error(`Results of ${part.id} lack an entry`);
      seen(own, null);
    }
  }
}

/** Takes the entry of an item of a part, by its index there. */
type Seen = (own: number, failure: Failure | null) => void;
