import type { IncomingMessage } from 'node:http';
import { parse, type ParsedUrlQuery } from 'node:querystring';

/** The query, read off the URL: what a host's own parser makes of a field that is repeated would differ. */
export function rawQuery({ url = '' }: IncomingMessage): ParsedUrlQuery {
  const start = url.indexOf('?');
  return { ...parse(start < 0 ? '' : url.slice(start + 1)) };
}
