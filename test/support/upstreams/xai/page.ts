import { ApiError } from './api-error';

const MAX_PAGE = 1000;

/** A part of a list, and the token of the part behind it; null at the end. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next: string | null;
}

/** The page that a query asks for. A token means nothing to its reader. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, most = MAX_PAGE): Page<T> {
  const limit = Number(query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw new ApiError(400, `limit: 1 to ${MAX_PAGE}`);
  const from = offsetOf(query.get('pagination_token'));
  const to = from + Math.min(limit, most);
  return { entries: all.slice(from, to), next: to < all.length ? tokenOf(to) : null };
}

/** Where a page begins that has `offset` entries before it. */
export function tokenOf(offset: number): string {
  return Buffer.from(`at/${offset}`).toString('base64');
}

function offsetOf(token: string | null): number {
  if (token === null || token === '') return 0;
  const offset = /^at\/(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (offset === undefined) throw new ApiError(400, 'Invalid pagination token');
  return Number(offset);
}
