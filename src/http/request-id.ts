import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Ids } from '../common/ids';

const WELL_FORMED = /^[A-Za-z0-9._:-]{1,64}$/;

/** Gives every request its id: the caller's own `X-Request-Id` when well formed, else one of ours. */
@Injectable()
export class RequestIds {
  private readonly known = new WeakMap<IncomingMessage, string>();

  constructor(private readonly ids: Ids) {}

  /** The id of this request; the first call also puts it on the answer's `X-Request-Id`. */
  of(request: IncomingMessage, response: ServerResponse): string {
    const known = this.known.get(request);
    if (known !== undefined) return known;
    const own = request.headers['x-request-id'];
    const id = typeof own === 'string' && WELL_FORMED.test(own) ? own : this.ids.next('req');
    this.known.set(request, id);
    if (!response.headersSent) response.setHeader('X-Request-Id', id);
    return id;
  }
}
