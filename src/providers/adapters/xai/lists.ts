import type { z } from 'zod';
import { ProviderCallError } from '../../contract/errors';
import type { UpstreamApi } from '../../upstream/upstream-api';
import type { ListPage } from './xai.wire';

/**
 * The entries of a list to its end; `path` has a query. Entries of other software may have any shape. Throws a
 * {@link ProviderCallError} when the pages lead back to one that was read: what is not found then is not known to be missing.
 */
export async function* readList(
  api: UpstreamApi,
  provider: string,
  path: string,
  wire: z.ZodType<ListPage>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const read = new Set<string>();
  for (let token: string | null = ''; token !== null;) {
    if (read.has(token))
      throw new ProviderCallError(provider, 'ambiguous', 'The provider’s list does not come to an end');
    read.add(token);
    const from: string = token === '' ? '' : `&pagination_token=${encodeURIComponent(token.toWellFormed())}`;
    const page: ListPage = await api.get(wire, path + from, signal);
    yield* page.entries;
    token = page.next;
  }
}
