import type { Route } from './types';

/** Which call a request is, and the id in its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly id: string;
}

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/files$/, 'upload'],
  ['GET', /^\/v1\/files$/, 'listFiles'],
  ['GET', /^\/v1\/files\/([^/]+)$/, 'getFile'],
  ['GET', /^\/v1\/files\/([^/]+)\/content$/, 'content'],
  ['DELETE', /^\/v1\/files\/([^/]+)$/, 'deleteFile'],
  ['POST', /^\/v1\/batches$/, 'create'],
  ['GET', /^\/v1\/batches$/, 'list'],
  ['GET', /^\/v1\/batches\/([^/]+)$/, 'get'],
  ['POST', /^\/v1\/batches\/([^/]+)\/cancel$/, 'cancel'],
];

/** Finds the call; a path or method that the vendor does not serve is `unknown`. */
export function matchRoute(method: string, path: string): RouteMatch {
  for (const [verb, pattern, route] of TABLE) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return { route, id: match[1] ?? '' };
  }
  return { route: 'unknown', id: '' };
}
