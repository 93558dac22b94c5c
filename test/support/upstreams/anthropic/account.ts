import type { IncomingHttpHeaders } from 'node:http';
import {
  matchIn,
  ok,
  type Answer,
  type ApiRequest,
  type Route,
  type RouteMatch,
  type SimulatedJob,
  type Vendor,
} from '../kit/types';
import { ApiError, faultBody } from './api-error';
import { BatchRecord } from './batch-record';
import { Lifecycle, type LifecycleOptions } from './lifecycle';
import type { SimulatorOptions } from './types';
import { parseCreate } from './validate-create';

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/messages\/batches$/, 'create'],
  ['GET', /^\/v1\/messages\/batches$/, 'list'],
  ['GET', /^\/v1\/messages\/batches\/([^/]+)$/, 'get'],
  ['GET', /^\/v1\/messages\/batches\/([^/]+)\/results$/, 'content'],
  ['POST', /^\/v1\/messages\/batches\/([^/]+)\/cancel$/, 'cancel'],
  ['DELETE', /^\/v1\/messages\/batches\/([^/]+)$/, 'delete'],
];

export type AccountOptions = LifecycleOptions &
  Pick<SimulatorOptions, 'countsEarly'> &
  Required<Pick<SimulatorOptions, 'apiKey' | 'maxRequests' | 'maxBytes'>>;

/** The vendor's side of one API key: its batches, and the calls on them. */
export class Account implements Vendor {
  private readonly lifecycle: Lifecycle;
  /** Oldest first, deleted ones left out. */
  batches: BatchRecord[] = [];
  /** Every batch that was made, whatever its client was told. */
  readonly created: BatchRecord[] = [];
  private readonly visibleFrom = new Map<BatchRecord, number>();

  constructor(
    private readonly options: AccountOptions,
    private readonly origin: () => string,
    changed: (record: BatchRecord) => void,
  ) {
    this.lifecycle = new Lifecycle(options, changed);
  }

  /** Does the call. Throws an {@link ApiError} when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    this.authorize(request.headers);
    switch (route) {
      case 'create':
        return ok(this.create(request, hiddenMs));
      case 'list':
        return ok(this.list(request.url.searchParams));
      case 'get':
        return { ...ok(this.batch(id).render()), headers: { 'retry-after': '10' } };
      case 'content':
        return this.results(id);
      case 'cancel':
        this.lifecycle.cancel(this.batch(id));
        return ok(this.batch(id).render());
      case 'delete':
        return ok(this.delete(id));
      default:
        throw new ApiError(404, 'Not Found');
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    return matchIn(TABLE, method, url.pathname);
  }

  faultBody(status: number): object {
    return faultBody(status);
  }

  hold(): void {
    this.lifecycle.hold();
  }

  release(): void {
    this.lifecycle.release();
  }

  expireAll(): void {
    for (const record of this.created) this.lifecycle.expire(record);
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.created.map(({ id, ranIds }) => ({ id, ran: ranIds }));
  }

  inputs(): readonly string[] {
    return [];
  }

  state(): object {
    return { batches: this.batches.map((record) => record.render()) };
  }

  private authorize(headers: IncomingHttpHeaders): void {
    if (headers['x-api-key'] !== this.options.apiKey) throw new ApiError(401, 'invalid x-api-key');
    if (headers['anthropic-version'] !== '2023-06-01') throw new ApiError(400, 'anthropic-version: header is required');
  }

  private create({ headers, body }: ApiRequest, hiddenMs: number): object {
    const requests = parseCreate(headers['content-type'], body, this.options);
    const record = new BatchRecord(requests, this.origin, this.options.countsEarly);
    this.visibleFrom.set(record, Date.now() + hiddenMs);
    this.batches.push(record);
    this.created.push(record);
    this.lifecycle.start(record);
    return record.render();
  }

  private list(query: URLSearchParams): object {
    const limit = Number(query.get('limit') ?? 20);
    const all = this.batches.filter((record) => this.isVisible(record)).reverse();
    const after = query.get('after_id');
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit).map((record) => record.render());
    const hasMore = from + limit < all.length;
    return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  }

  private results(id: string): Answer {
    const record = this.batch(id);
    if (!record.ended) throw new ApiError(400, 'The batch has no results before it has ended.');
    return { status: 200, headers: { 'content-type': 'application/x-jsonl' }, body: record.download };
  }

  private delete(id: string): object {
    const record = this.batch(id);
    if (!record.ended) throw new ApiError(400, 'Only a batch that has ended can be deleted.');
    this.batches = this.batches.filter((each) => each !== record);
    return { id, type: 'message_batch_deleted' };
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.id === id && this.isVisible(each));
    if (!record) throw new ApiError(404, `Message batch ${id} not found.`);
    return record;
  }

  private isVisible(record: BatchRecord): boolean {
    return (this.visibleFrom.get(record) ?? 0) <= Date.now();
  }
}
