import type { z } from 'zod';
import { ProviderCallError } from '../contract/errors';

/** A page of a list, newest first; its entries are looked at one by one. */
interface ListPage {
  readonly data: readonly unknown[];
  readonly has_more?: boolean | null | undefined;
  readonly last_id?: string | null | undefined;
}

/**
 * Every entry of a list, newest first; those of a shape that we do not know are left out. `read` gets the id behind which a page
 * begins, null for the first. Throws a {@link ProviderCallError} when the pages lead back to one that was read: what is not found
 * then is not known to be missing.
 */
export async function* readNewestFirst<T>(
  provider: string,
  wire: z.ZodType<T>,
  read: (last: string | null) => Promise<ListPage>,
): AsyncGenerator<T> {
  const asked = new Set<string | null>();
  for (let last: string | null = null; ;) {
    if (asked.has(last))
      throw new ProviderCallError(provider, 'ambiguous', 'The provider’s list does not come to an end');
    asked.add(last);
    const page: ListPage = await read(last);
    yield* page.data.flatMap((entry) => wire.safeParse(entry).data ?? []);
    if (!page.has_more || !page.last_id) return;
    last = page.last_id;
  }
}
