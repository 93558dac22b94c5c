import type { IncomingMessage } from 'node:http';
import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';

/** Where Nest keeps the paths of controllers and handlers, of handlers' methods, and of modules under RouterModule. */
const PATH = 'path';
const METHOD = 'method';
const MODULE_PATH = '__module_path__';

/** A route by its own template, such as `/v1/batches/:batch_id`, whatever prefix the host gave it; the first, where it has several paths. */
export function routeOf(controller: object, handler: object): { readonly route: string; readonly method: string } {
  const method = Reflect.getMetadata(METHOD, handler) as RequestMethod;
  const path = [pathsOf(controller)[0], pathsOf(handler)[0]].map(trim).filter(Boolean).join('/');
  return { route: `/${path}`, method: RequestMethod[method] };
}

/** Whether a request is one to a certain route. */
export type RouteMatcher = (request: IncomingMessage) => boolean;

/** Finds routes by a mark on their handlers, with the prefixes that the host gave them. */
@Injectable()
export class RouteFinder {
  private readonly scanner = new MetadataScanner();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
  ) {}

  /** To be asked once all routes are registered. */
  find(mark: string): RouteMatcher[] {
    return [...this.modules.values()].flatMap(({ metatype, controllers }) =>
      [...controllers.values()].flatMap((controller) => this.routesOf(metatype, controller.metatype as Type, mark)),
    );
  }

  private routesOf(module: Type, controller: Type, mark: string): RouteMatcher[] {
    const prototype = controller.prototype as Record<string, object>;
    const handlers = this.scanner.getAllMethodNames(prototype).flatMap((name) => prototype[name] ?? []);
    return handlers
      .filter((handler) => Reflect.hasMetadata(mark, handler))
      .flatMap((handler) => {
        const method = Reflect.getMetadata(METHOD, handler) as RequestMethod;
        const place = Reflect.getMetadata(`${MODULE_PATH}${this.modules.applicationId}`, module) as string | undefined;
        const paths = pathsOf(controller).flatMap((path) => pathsOf(handler).map((end) => [place, path, end]));
        return paths.map((path) => {
          const own = path.map(trim).filter(Boolean).join('/');
          return matcherOf(method, this.withGlobalPrefix(`/${own}`, method));
        });
      });
  }

  private withGlobalPrefix(path: string, method: RequestMethod): string {
    const prefix = trim(this.config.getGlobalPrefix());
    const { exclude = [] } = this.config.getGlobalPrefixOptions();
    const isExcluded = exclude.some(
      ({ requestMethod, pathRegex }) =>
        (requestMethod === RequestMethod.ALL || requestMethod === method) && pathRegex.test(path),
    );
    return prefix === '' || isExcluded ? path : `/${prefix}${path}`;
  }
}

function pathsOf(target: object): string[] {
  const path = Reflect.getMetadata(PATH, target) as string | string[];
  return typeof path === 'string' ? [path] : path;
}

function trim(path = ''): string {
  return path.split('/').filter(Boolean).join('/');
}

/** A request may name the whole address, as one through a proxy does. */
function toPath(url: string): string {
  return url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/\?.*$/s, '');
}

/** As generous as the routers are: in any case, with a slash at the end or none, and any segment for a parameter. */
function matcherOf(method: RequestMethod, path: string): RouteMatcher {
  const pattern = path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  const expected = new RegExp(`^${pattern}/?$`, 'i');
  return ({ method: asked, url = '' }) => asked === RequestMethod[method] && expected.test(toPath(url));
}
