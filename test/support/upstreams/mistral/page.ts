import { malformed } from './api-error';

/** One page of a list, counted from 0, with the total of all pages. */
export function pageOf(all: readonly object[], query: URLSearchParams): object {
  const page = wholeIn(query, 'page', 0, 0);
  const size = wholeIn(query, 'page_size', 100, 1);
  return { data: all.slice(page * size, (page + 1) * size), object: 'list', total: all.length };
}

function wholeIn(query: URLSearchParams, name: string, standard: number, least: number): number {
  const value = Number(query.get(name) ?? standard);
  if (Number.isInteger(value) && value >= least) return value;
  throw malformed({ type: 'int_parsing', loc: ['query', name], msg: 'Input should be a valid integer' });
}
