import { Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../http/meshbatch-error';
import type { ResultsIndex, ResultsView } from '../files/results-index';
import { SegmentReader } from '../files/segment-reader';
import { segmentsOf } from './batch-closer';
import type { BatchEntity } from './batch.entity';
import { BatchesStore } from './batches.store';
import { CustomIdFilter } from './custom-id-filter';
import type { PartEntity, PartResults } from './part.entity';
import { readResultId, toResultId } from './result-id';

/** Which entries of a batch's results are wanted. */
export interface ResultsQuery {
  /** The id of an entry; only those behind it are wanted. */
  readonly after?: string;
  readonly limit?: number;
  readonly status?: 'succeeded' | 'failed';
  readonly custom_id?: readonly string[];
}

/** The entries that a query asks for, as JSON lines in the order of the requests. */
export interface ResultsPage {
  readonly lines: AsyncGenerator<Buffer>;
  /** What is known of the page before it is read; null where only reading tells, as with `custom_id`. */
  readonly facts: { readonly hasMore: boolean; readonly lastId: string | null } | null;
}

/** A part whose outcomes are all there. */
export type EndedPart = PartEntity & { readonly results: PartResults };

/** The lines `from` to `to`, which does not count, of a part's results; without an index all of them. */
interface Slice {
  readonly part: EndedPart;
  readonly index: ResultsIndex | null;
  readonly from: number;
  readonly to: number;
}

interface Selection {
  readonly view: ResultsView;
  /** Index of the first request that is wanted. */
  readonly first: number;
  readonly limit: number;
}

/** Pages of a batch's results; while it runs, of those parts that have ended. */
@Injectable()
export class ResultsPages {
  constructor(
    private readonly batches: BatchesStore,
    private readonly reader: SegmentReader,
  ) {}

  /** @throws ValidationFailedError when `after` is no entry of this batch, NotFoundError when it was deleted since it was read */
  async open(batch: BatchEntity, query: ResultsQuery): Promise<ResultsPage> {
    const first = query.after === undefined ? 0 : indexOf(batch, query.after) + 1;
    const parts = (await this.batches.partsOf(batch.id)).filter(hasEnded);
    const view: ResultsView = query.status ?? 'all';
    const limit = query.limit ?? Infinity;
    if (query.custom_id) {
      const { slices } = await this.plan(parts, { view, first, limit: Infinity });
      return { lines: filtered(this.read(slices, view), new CustomIdFilter(query.custom_id, limit)), facts: null };
    }
    const { slices, hasMore } = await this.plan(parts, { view, first, limit });
    return { lines: this.read(slices, view), facts: { hasMore, lastId: lastIdOf(slices, view) } };
  }

  /** Finds where the wanted lines are, by what the parts and their indexes say; reads no results. */
  private async plan(
    parts: readonly EndedPart[],
    { view, first, limit }: Selection,
  ): Promise<{ slices: Slice[]; hasMore: boolean }> {
    const slices: Slice[] = [];
    let left = limit;
    for (const part of parts) {
      const [from, items] = [Math.max(0, first - part.firstItem), part.itemCount];
      if (from >= items || shownOf(part, view) === 0) continue;
      if (left === 0) return { slices, hasMore: true };
      const whole = view === 'all' && from === 0 && items <= left;
      const index = whole ? null : await this.reader.readIndex(part.results.indexKey);
      const shown = index ? index.count(view, from, items) : items;
      if (shown === 0) continue;
      const to = index && shown > left ? index.skip(view, from, left) : items;
      slices.push({ part, index, from, to });
      if (shown > left) return { slices, hasMore: true };
      left -= shown;
    }
    return { slices, hasMore: false };
  }

  private async *read(slices: readonly Slice[], view: ResultsView): AsyncGenerator<Buffer> {
    for (const { part, index, from, to } of slices) {
      if (index) yield* this.reader.readLines(part.results, index, { view, from, to });
      else yield* this.reader.read(segmentsOf([part], 'all'));
    }
  }
}

function indexOf(batch: BatchEntity, after: string): number {
  const index = readResultId(batch.id, after);
  if (index !== null) return index;
  const msg = 'Input should be the id of an entry of this batch';
  throw new ValidationFailedError([{ loc: ['query', 'after'], msg, type: 'value_error', input: after }]);
}

export function hasEnded(part: PartEntity): part is EndedPart {
  return part.state === 'ended' && part.results !== null;
}

function shownOf(part: PartEntity, view: ResultsView): number {
  return { all: part.itemCount, succeeded: part.succeeded, failed: part.failed }[view];
}

function lastIdOf(slices: readonly Slice[], view: ResultsView): string | null {
  const last = slices.at(-1);
  if (!last) return null;
  const { part, index, to } = last;
  let line = to - 1;
  while (index && !index.shows(view, line)) line--;
  return toResultId(part.batchId, part.firstItem + line);
}

/** Those of the entries that a filter picks. */
export async function* filtered(chunks: AsyncIterable<Buffer>, filter: CustomIdFilter): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const wanted = filter.push(chunk);
    if (wanted.length > 0) yield wanted;
    if (filter.done) return;
  }
}
