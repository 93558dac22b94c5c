import { Injectable } from '@nestjs/common';
import { ChunkBuilder } from '../../common/jsonl/chunk-builder';
import { resume } from '../../common/resume';
import type { ResultsView } from '../../files/results-index';
import { SegmentReader } from '../../files/segment-reader';
import { ValidationFailedError } from '../../http/meshbatch-error';
import type { BatchEntity } from '../batch.entity';
import type { BatchStatus } from '../batch-status';
import { CustomIdFilter } from '../custom-id-filter';
import { readResultId, toResultId } from '../result-id';
import { filtered, type ResultsPage, type ResultsQuery } from '../results-pages';
import { FamilyStore, type Family } from './family.store';
import { FamilyWalk } from './family-walk';
import { LatestOutcomes } from './latest-outcomes';
import { MemberCursor } from './member-cursor';
import { Origins } from './origins';

/** A page of a family's results, and where its youngest member stands. */
export interface MergedPage extends ResultsPage {
  readonly status: BatchStatus;
}

/** The requests `from` to `to`, which does not count, of those that a view shows. */
interface Selection {
  readonly view: ResultsView;
  readonly from: number;
  readonly to: number;
}

/** The latest outcome of each request of a family, in the order of its first batch; of members that run, those of parts that have ended. */
@Injectable()
export class MergedResults {
  constructor(
    private readonly families: FamilyStore,
    private readonly familyWalk: FamilyWalk,
    private readonly origins: Origins,
    private readonly reader: SegmentReader,
  ) {}

  /** @throws ValidationFailedError when `after` is no entry of the family, NotFoundError when the batch was deleted since it was read */
  open(batch: BatchEntity, query: ResultsQuery): Promise<MergedPage> {
    return this.families.use(batch, async (family) => {
      const page = await this.pageOf(family, query);
      // Up to the first of them a batch that was deleted meanwhile can still be left out.
      return { ...page, lines: resume(await page.lines.next(), page.lines) };
    });
  }

  private async pageOf(
    family: Family,
    { after, limit = Infinity, status, custom_id }: ResultsQuery,
  ): Promise<MergedPage> {
    const from = after === undefined ? 0 : (await this.itemOf(family, after)) + 1;
    const outcomes = await this.latestOf(family);
    const view: ResultsView = status ?? 'all';
    const youngest = { status: family.at(-1)!.batch.status };
    if (custom_id) {
      const lines = this.entries(family, outcomes, { view, from, to: outcomes.total });
      return { ...youngest, lines: filtered(lines, new CustomIdFilter(custom_id, limit)), facts: null };
    }
    const { last, hasMore } = bound(outcomes, view, from, limit);
    const lines = this.entries(family, outcomes, { view, from, to: last === null ? from : last + 1 });
    return { ...youngest, lines, facts: { hasMore, lastId: last === null ? null : idOf(family, outcomes, last) } };
  }

  /** Why a request of the first batch failed makes no difference: nothing came before. */
  private async latestOf(family: Family): Promise<LatestOutcomes> {
    const outcomes = new LatestOutcomes(family[0].batch.total);
    await this.familyWalk.walk(family, {
      readsFailures: (part, member) => member > 0 && part.notRun > 0,
      visit: (entry) => void outcomes.take(entry),
    });
    return outcomes;
  }

  private async itemOf(family: Family, after: string): Promise<number> {
    for (const { batch } of family) {
      const line = readResultId(batch.id, after);
      if (line === null) continue;
      const origins = await this.origins.read(batch);
      return origins ? (origins[line] ?? family[0].batch.total) : line;
    }
    const msg = 'Input should be the id of an entry of this batch or of its retries';
    throw new ValidationFailedError([{ loc: ['query', 'after'], msg, type: 'value_error', input: after }]);
  }

  private async *entries(
    family: Family,
    outcomes: LatestOutcomes,
    { view, from, to }: Selection,
  ): AsyncGenerator<Buffer> {
    const cursors = family.map(({ parts }) => new MemberCursor(this.reader, parts));
    const chunks = new ChunkBuilder();
    for (let item = from; item < to; item++) {
      if (!outcomes.shows(view, item)) continue;
      const entry = await cursors[outcomes.members[item]!]!.take(outcomes.lines[item]!);
      const chunk = chunks.add(entry);
      if (chunk) yield chunk;
    }
    const rest = chunks.rest();
    if (rest.length > 0) yield rest;
  }
}

/** The last request of a page, null when it has none, and whether more would follow. */
function bound(
  outcomes: LatestOutcomes,
  view: ResultsView,
  from: number,
  limit: number,
): { last: number | null; hasMore: boolean } {
  let last: number | null = null;
  let left = limit;
  for (let item = from; item < outcomes.total; item++) {
    if (!outcomes.shows(view, item)) continue;
    if (left === 0) return { last, hasMore: true };
    [last, left] = [item, left - 1];
  }
  return { last, hasMore: false };
}

function idOf(family: Family, outcomes: LatestOutcomes, item: number): string {
  return toResultId(family[outcomes.members[item]!]!.batch.id, outcomes.lines[item]!);
}
