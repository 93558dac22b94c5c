import { ApiError } from './api-error';

/** One page of a list, by the vendor's cursor rules. */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  query: URLSearchParams,
  limits: { readonly standard: number; readonly max: number },
): object {
  const limit = Number(query.get('limit') ?? limits.standard);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.max) {
    throw new ApiError(400, `Invalid 'limit': must be from 1 to ${limits.max}.`, 'limit', 'invalid_value');
  }
  const after = query.get('after');
  const position = after === null ? -1 : all.findIndex((each) => each.id === after);
  if (after !== null && position < 0) throw new ApiError(404, `No such object: ${after}`, 'after');
  const data = all.slice(position + 1, position + 1 + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: position + 1 + limit < all.length,
  };
}
