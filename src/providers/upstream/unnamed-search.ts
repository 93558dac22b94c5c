import { IncompleteDownloadError, type Attempt, type ItemOutcome } from '../contract/adapter';
import { ProviderCallError } from '../contract/errors';

/** How far the vendor's clock may be behind ours when we look for a batch by its time. */
const CLOCK_MARGIN_MS = 10 * 60_000;
/** A create that was sent longer ago than this has come to its end, one way or the other. */
const LONGEST_CREATE_MS = 60 * 60_000;

/** Whether a batch is an attempt's: yes, no, not to be told yet, or not to be told ever, since it has ended and nothing in it says. */
export type Ownership = boolean | 'untold' | 'unknowable';

/** How one vendor's batches are searched, of which none carries a name of ours. */
export interface UnnamedSearch<B> {
  readonly provider: string;
  /** Every batch, newest first. */
  readonly batches: AsyncIterable<B>;
  /** When it was made, ms since the epoch; NaN where that cannot be read, and then it may be of any time. */
  createdAt(batch: B): number;
  /** Whether it may be the attempt's, by what the list shows of it. */
  fits(batch: B): boolean;
  isOurs(batch: B): Promise<Ownership>;
}

/**
 * Looks for an attempt's batch where the vendor shows neither a name nor the requests, but only the time and the size; other
 * batches may share both. Of one whose results are there they tell, since their ids carry the attempt's token ({@link areOf}).
 * One that may be ours and is still to have them is no proof either way, and then this throws a {@link ProviderCallError} with the
 * code `attempt_not_named`. One that never will is as good as none: to wait for its word would be to wait until the deadline.
 */
export async function findUnnamed<B>(attempt: Attempt, search: UnnamedSearch<B>): Promise<B | null> {
  let isUntold = false;
  for await (const batch of candidates(attempt, search)) {
    const isOurs = await search.isOurs(batch);
    if (isOurs === true) return batch;
    isUntold ||= isOurs === 'untold';
  }
  if (!isUntold) return null;
  const message = 'A batch may be the attempt’s, and has no results yet, which alone can tell';
  throw new ProviderCallError(search.provider, 'ambiguous', message, { code: 'attempt_not_named' });
}

/** Whether these outcomes, of a job that has ended, are an attempt's, by the first that has an id. */
export async function areOf({ token }: Attempt, outcomes: AsyncIterable<ItemOutcome>): Promise<Ownership> {
  try {
    for await (const { itemId } of outcomes) {
      if (itemId !== '') return itemId.endsWith(`-${token}`);
    }
  } catch (error) {
    if (!(error instanceof IncompleteDownloadError)) throw error;
    return 'untold';
  }
  return 'unknowable';
}

/** Batches that fit and that were made when the attempt's create was sent, as far as can be told. */
async function* candidates<B>(attempt: Attempt, search: UnnamedSearch<B>): AsyncGenerator<B> {
  const sentAt = attempt.createSentAt ?? attempt.begunAt;
  for await (const batch of search.batches) {
    const createdAt = search.createdAt(batch);
    if (createdAt < sentAt - CLOCK_MARGIN_MS) return;
    const isTooNew = createdAt > sentAt + LONGEST_CREATE_MS;
    if (!isTooNew && search.fits(batch)) yield batch;
  }
}
