import { matchIn, type Route, type RouteMatch } from '../kit/types';
import type { Dialect } from './dialect';

/** Paths behind the prefix. */
const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['GET', /^\/files$/, 'listFiles'],
  ['GET', /^\/files\/([^/]+)$/, 'getFile'],
  ['GET', /^\/files\/([^/]+)\/content$/, 'content'],
  ['DELETE', /^\/files\/([^/]+)$/, 'deleteFile'],
  ['POST', /^\/batches$/, 'create'],
  ['GET', /^\/batches$/, 'list'],
  ['GET', /^\/batches\/([^/]+)$/, 'get'],
  ['POST', /^\/batches\/([^/]+)\/cancel$/, 'cancel'],
];

/** Finds the call; a path or method that the vendor does not serve is `unknown`. */
export function matchRoute(
  method: string,
  pathname: string,
  { prefix, uploadPath }: Pick<Dialect, 'prefix' | 'uploadPath'>,
): RouteMatch {
  const path = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : '';
  if (method === 'POST' && path === uploadPath) return { route: 'upload', id: '' };
  return matchIn(TABLE, method, path);
}
