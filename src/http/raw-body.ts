import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import { Injectable, SetMetadata, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RouteFinder } from './route-finder';

const READS_RAW_BODY = 'meshbatch:reads-raw-body';

/** Marks a route whose handler reads the request itself: no body parser of the host's may read it before. */
export const RawBody = (): MethodDecorator => SetMetadata(READS_RAW_BODY, true);

/** What tells a body parser that there is a body, and of which kind. */
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding'] as const;

interface FastifyHooks {
  addHook(name: 'onRequest', hook: (request: { raw: IncomingMessage }, reply: unknown, done: () => void) => void): void;
}

/**
 * Keeps a host's body parsers off the requests of our marked routes, and of no others: they parse in front of every route,
 * before our guard could refuse and with the host's limit. To them such a request has no body; its headers come back with
 * {@link restore}, when its route has been found.
 */
@Injectable()
export class RawBodies implements OnModuleInit {
  private readonly hidden = new WeakMap<IncomingMessage, IncomingHttpHeaders>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly routes: RouteFinder,
  ) {}

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost as Partial<HttpAdapterHost>;
    const matchers = httpAdapter ? this.routes.find(READS_RAW_BODY) : [];
    if (!httpAdapter || matchers.length === 0) return;
    const look = (request: IncomingMessage) => {
      if (matchers.some((matches) => matches(request))) this.hide(request);
    };
    // Fastify is also called without a server, by `inject`.
    if (httpAdapter.getType() === 'fastify') {
      const hook = ({ raw }: { raw: IncomingMessage }, _: unknown, done: () => void) => (look(raw), done());
      httpAdapter.getInstance<FastifyHooks>().addHook('onRequest', hook);
    } else {
      (httpAdapter.getHttpServer() as Server).prependListener('request', look);
    }
  }

  /** Gives a request its headers back; nothing for one that was left alone. */
  restore(request: IncomingMessage): void {
    Object.assign(request.headers, this.hidden.get(request));
    this.hidden.delete(request);
  }

  private hide(request: IncomingMessage): void {
    const held: IncomingHttpHeaders = {};
    for (const name of BODY_HEADERS) {
      const value = request.headers[name];
      if (value !== undefined) held[name] = value;
      delete request.headers[name];
    }
    this.hidden.set(request, held);
  }
}
