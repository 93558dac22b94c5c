import type { z } from 'zod';
import { ProviderCallError } from '../../contract/errors';
import type { UpstreamApi } from '../../upstream/upstream-api';
import { toSeconds } from './openai-shaped.mapper';
import { idWire, pageWire, type PageWire } from './openai-shaped.wire';
import type { OpenAiProfile } from './profile';

const PAGE = 100;

/** How a list is searched. */
export interface ListSearch {
  /** Seconds since the epoch: a list that is known to come newest first is read no further back. */
  readonly oldest: number;
  /** Of files: which are listed, where the vendor tells them apart. */
  readonly purpose: string | null;
  /** Whether what is not found must be known to be missing, so that a list that does not end is `ambiguous`. */
  readonly mustEnd: boolean;
}

/** The list goes on, and nothing in the page tells where. */
const LOST = Symbol('lost');

/** The lists of one provider. */
export class ListReader {
  constructor(
    private readonly profile: OpenAiProfile,
    private readonly api: UpstreamApi,
  ) {}

  /**
   * The first entry of a list that is ours, or null. Entries of other software may have any shape and are passed over. Throws
   * a {@link ProviderCallError} where the list must end and does not: its pages lead back to one that was read, or nowhere.
   */
  async findListed<T extends { created_at?: unknown }>(
    path: string,
    wire: z.ZodType<T>,
    { oldest, purpose, mustEnd }: ListSearch,
    isOurs: (entry: T) => boolean,
    signal: AbortSignal,
  ): Promise<T | null> {
    const { paging, newestFirst, id } = this.profile;
    const paged = paging === 'after';
    const first = paged ? `?${purpose === null ? '' : `purpose=${purpose}&`}limit=${PAGE}` : '';
    const read = new Set<string>();
    for (let more = ''; ;) {
      read.add(more);
      const page = await this.api.get(pageWire, path + first + more, signal);
      const entries = page.data.flatMap((entry) => wire.safeParse(entry).data ?? []);
      const ours = entries.find(isOurs);
      if (ours) return ours;
      const tooOld = entries.some(({ created_at }) => (toSeconds(created_at) ?? Infinity) < oldest);
      const next = paged && tooOld && newestFirst ? null : this.nextPage(page);
      if (next === null) return null;
      // A provider that does not know our way of asking gives the same pages for ever.
      if (next === LOST || read.has(next)) {
        if (!mustEnd) return null;
        throw new ProviderCallError(id, 'ambiguous', 'The provider’s list does not come to an end');
      }
      more = next;
    }
  }

  /** What is added to the query of a list for the page after this one; null when it is the last. */
  private nextPage(page: PageWire): string | null | typeof LOST {
    const cursor = page.paging?.next_cursor;
    if (this.profile.paging === 'cursor' && cursor) return `?cursor=${encodeURIComponent(cursor.toWellFormed())}`;
    if (this.profile.paging !== 'after' || !page.has_more) return null;
    // Behind an entry that has no id come some entries twice.
    const last = page.data.flatMap((entry) => idWire.safeParse(entry).data ?? []).at(-1);
    return last ? `&after=${encodeURIComponent(last.id.toWellFormed())}` : LOST;
  }
}

/** What an answer holds in its envelope, or the answer where it has none. */
export function unwrap(answer: unknown, envelope: string | null): unknown {
  if (envelope === null || typeof answer !== 'object' || answer === null || !(envelope in answer)) return answer;
  return (answer as Record<string, unknown>)[envelope];
}
