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
import { ApiError, errorBody } from './api-error';
import { BatchRecord } from './batch-record';
import { Lifecycle, type LifecycleOptions } from './lifecycle';
import type { SimulatorOptions } from './types';
import { parseCreate } from './validate-create';

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/api\/beta\/batches$/, 'create'],
  ['GET', /^\/api\/beta\/batches$/, 'list'],
  ['GET', /^\/api\/beta\/batches\/([^/]+)$/, 'get'],
  ['DELETE', /^\/api\/beta\/batches\/([^/]+)$/, 'delete'],
];
const QUERY = ['limit', 'after', 'status', 'created_after', 'created_before'];
const MAX_PAGE = 100;

export type AccountOptions = LifecycleOptions & Required<Pick<SimulatorOptions, 'apiKey' | 'maxRequests' | 'maxBytes'>>;

/** The vendor's side of one workspace: its batches, and the calls on them. There is none that stops a batch. */
export class Account implements Vendor {
  private readonly lifecycle: Lifecycle;
  /** Oldest first, deleted ones left out. */
  private batches: BatchRecord[] = [];
  /** Every batch that was made, whatever its client was told. */
  readonly created: BatchRecord[] = [];

  constructor(
    private readonly options: AccountOptions,
    changed: (record: BatchRecord) => void,
  ) {
    this.lifecycle = new Lifecycle(options, changed);
  }

  /** Does the call. Throws an {@link ApiError} when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    if (request.headers.authorization !== `Bearer ${this.options.apiKey}`) {
      throw new ApiError(401, 'No auth credentials found.');
    }
    switch (route) {
      case 'create':
        return { status: 202, body: this.create(request, hiddenMs) };
      case 'list':
        return ok(this.list(request.url.searchParams));
      case 'get':
        return { status: 200, body: this.batch(id).document() };
      case 'delete':
        return ok(this.delete(id));
      default:
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('404 Not Found') };
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    return matchIn(TABLE, method, url.pathname);
  }

  faultBody(status: number): object {
    return errorBody(status);
  }

  hold(): void {
    this.lifecycle.hold();
  }

  release(): void {
    this.lifecycle.release();
  }

  expireAll(): void {
    for (const record of this.created) this.lifecycle.end(record, 'expired');
  }

  /** Stops a batch at the provider behind the vendor, which only the owner of that provider's key can. */
  cancelElsewhere(record: BatchRecord): void {
    this.lifecycle.end(record, 'cancelled');
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.created.map(({ id, customIds, ran }) => ({ id, ran: customIds.slice(0, ran) }));
  }

  inputs(): readonly string[] {
    return [];
  }

  state(): object {
    return { batches: this.batches.map((record) => record.render()) };
  }

  private create({ headers, body }: ApiRequest, hiddenMs: number): object {
    const record = new BatchRecord(parseCreate(headers['content-type'], body, this.options), hiddenMs);
    this.batches.push(record);
    this.created.push(record);
    this.lifecycle.start(record);
    return record.render();
  }

  private list(query: URLSearchParams): object {
    const limit = Number(query.get('limit') ?? 20);
    const isKnown = [...query.keys()].every((key) => QUERY.includes(key));
    if (!isKnown || !Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
      throw new ApiError(400, 'Invalid batch list query.');
    }
    const all = this.batches.filter(({ visible }) => visible).reverse();
    const after = query.get('after');
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit).map((record) => record.render());
    const hasMore = from + limit < all.length;
    return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: hasMore };
  }

  private delete(id: string): object {
    const record = this.batch(id);
    if (!record.ended) throw new ApiError(409, 'Only completed, failed, expired, or cancelled batches can be deleted.');
    this.batches = this.batches.filter((each) => each !== record);
    return { id, object: 'batch', deletion: { openrouter: 'deleted' } };
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.id === id && each.visible);
    if (!record) throw new ApiError(404, `Batch job ${id} not found.`);
    return record;
  }
}
