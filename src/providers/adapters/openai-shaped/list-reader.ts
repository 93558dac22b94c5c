import type { z } from 'zod';
import type { UpstreamApi } from '../../upstream/upstream-api';
import { toSeconds } from './openai-shaped.mapper';
import { pageWire, type PageWire } from './openai-shaped.wire';
import type { OpenAiProfile } from './profile';

const PAGE = 100;

/** How a list is searched. */
export interface ListSearch {
  /** Seconds since the epoch: a list that is known to come newest first is read no further back. */
  readonly oldest: number;
  /** Of files: which are listed, where the vendor tells them apart. */
  readonly purpose: string | null;
}

/** The lists of one provider. */
export class ListReader {
  constructor(
    private readonly profile: OpenAiProfile,
    private readonly api: UpstreamApi,
  ) {}

  /**
   * The first entry of a list that is ours, or null. Entries of other software may have any shape and are passed over.
   */
  async findListed<T extends { created_at?: unknown }>(
    path: string,
    wire: z.ZodType<T>,
    { oldest, purpose }: ListSearch,
    isOurs: (entry: T) => boolean,
    signal: AbortSignal,
  ): Promise<T | null> {
    const { paging, unverified } = this.profile;
    const paged = paging === 'after';
    const first = paged ? `?${purpose === null ? '' : `purpose=${purpose}&`}limit=${PAGE}` : '';
    for (let more = ''; ;) {
      const page = await this.api.get(pageWire, path + first + more, signal);
      const entries = page.data.flatMap((entry) => wire.safeParse(entry).data ?? []);
      const ours = entries.find(isOurs);
      if (ours) return ours;
      const tooOld = entries.some(({ created_at }) => (toSeconds(created_at) ?? Infinity) < oldest);
      const next = paged && tooOld && !unverified ? null : this.nextPage(page);
      // A provider that does not know our way of asking gives the same page for ever.
      if (next === null || next === more) return null;
      more = next;
    }
  }

  /** What is added to the query of a list for the page after this one; null when it is the last. */
  private nextPage(page: PageWire): string | null {
    const last = page.data.at(-1);
    const cursor = page.paging?.next_cursor;
    if (this.profile.paging === 'after' && page.has_more && last) return `&after=${this.api.safe(last.id)}`;
    if (this.profile.paging === 'cursor' && cursor) return `?cursor=${encodeURIComponent(cursor)}`;
    return null;
  }
}

/** What an answer holds in its envelope, or the answer where it has none. */
export function unwrap(answer: unknown, envelope: string | null): unknown {
  if (envelope === null || typeof answer !== 'object' || answer === null || !(envelope in answer)) return answer;
  return (answer as Record<string, unknown>)[envelope];
}
