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
import { ApiError, errorBody, invalidKey } from './api-error';
import { BatchRecord, type RenderOptions } from './batch-record';
import { Lifecycle } from './lifecycle';
import type { BatchInput, SimulatorOptions, Status } from './types';
import { Uploads, type UploadOptions } from './uploads';
import { parseCreate, parseFile, parseInline } from './validate-create';

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/upload\/v1beta\/files$/, 'upload'],
  ['GET', /^\/v1beta\/files$/, 'listFiles'],
  ['GET', /^\/v1beta\/files\/([^/:]+)$/, 'getFile'],
  ['DELETE', /^\/v1beta\/files\/([^/:]+)$/, 'deleteFile'],
  ['GET', /^\/download\/v1beta\/files\/([^/:]+):download$/, 'content'],
  ['POST', /^\/v1beta\/models\/([^/]+:(?:batchGenerateContent|asyncBatchEmbedContent))$/, 'create'],
  ['GET', /^\/v1beta\/batches$/, 'list'],
  ['GET', /^\/v1beta\/batches\/([^/:]+)$/, 'get'],
  ['POST', /^\/v1beta\/batches\/([^/:]+):cancel$/, 'cancel'],
  ['DELETE', /^\/v1beta\/batches\/([^/:]+)$/, 'delete'],
];

export type AccountOptions = RenderOptions &
  UploadOptions &
  Required<Pick<SimulatorOptions, 'apiKey' | 'stateMs' | 'maxOpen' | 'maxInlineBytes'>>;

/** The vendor's side of one API key: its files and batches, and the calls on them. */
export class Account implements Vendor {
  private readonly lifecycle: Lifecycle;
  readonly uploads: Uploads;
  /** Oldest first, deleted ones left out. */
  private batches: BatchRecord[] = [];
  /** Every batch that was made, whatever its client was told. */
  readonly created: BatchRecord[] = [];
  private readonly visibleFrom = new Map<BatchRecord, number>();

  constructor(
    private readonly options: AccountOptions,
    origin: () => string,
    changed: (record: BatchRecord) => void,
  ) {
    this.lifecycle = new Lifecycle(options.stateMs, changed);
    this.uploads = new Uploads(options, origin);
  }

  /** Does the call. Throws an {@link ApiError} when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    // The URL of a session stands for the key.
    if (route === 'uploadBytes') return this.uploads.finish(id, request);
    this.authorize(request.headers);
    switch (route) {
      case 'upload':
        return this.uploads.begin(request);
      case 'listFiles':
        return ok(this.uploads.list(request.url.searchParams));
      case 'getFile':
        return ok(this.uploads.get(id));
      case 'deleteFile':
        return ok(this.uploads.delete(id));
      case 'content':
        return this.download(id, request.url.searchParams);
      default:
        return this.callBatch(route, id, request, hiddenMs);
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    const match = matchIn(TABLE, method, url.pathname);
    const session = url.searchParams.get('upload_id');
    return match.route === 'upload' && session !== null ? { route: 'uploadBytes', id: session } : match;
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
    for (const record of this.created) this.lifecycle.expire(record);
  }

  /** Fails a batch for a reason of the vendor's own. */
  fail(id: string, status: Status): void {
    this.lifecycle.fail(this.batch(id), status);
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.created.map(({ id, keys, ran }) => ({ id, ran: keys.slice(0, ran) }));
  }

  inputs(): readonly string[] {
    return this.uploads.files.map(({ id }) => id);
  }

  state(): object {
    const batches = this.batches.map(({ id, displayName, state, total }) => ({ id, displayName, state, total }));
    return { batches, files: this.uploads.files.map(({ id, displayName }) => ({ id, displayName })) };
  }

  private callBatch(route: Route, id: string, request: ApiRequest, hiddenMs: number): Answer {
    switch (route) {
      case 'create':
        return json(this.create(id, request, hiddenMs).render());
      case 'list':
        return json(this.list(request.url.searchParams));
      case 'get':
        return json(this.batch(id).render());
      case 'cancel':
        this.lifecycle.cancel(this.batch(id));
        return ok({});
      case 'delete': {
        const record = this.batch(id);
        this.batches = this.batches.filter((each) => each !== record);
        return ok({});
      }
      default:
        throw new ApiError(404, 'Not Found');
    }
  }

  private authorize(headers: IncomingHttpHeaders): void {
    const key = headers['x-goog-api-key'];
    if (key === undefined) throw new ApiError(403, "Method doesn't allow unregistered callers.");
    if (key !== this.options.apiKey) throw invalidKey();
  }

  private create(id: string, request: ApiRequest, hiddenMs: number): BatchRecord {
    const record = new BatchRecord(this.inputOf(id, request), this.options);
    if (this.batches.filter(({ ended }) => !ended).length >= this.options.maxOpen) {
      throw new ApiError(429, 'You exceeded your current quota, please check your plan and billing details.');
    }
    this.visibleFrom.set(record, Date.now() + hiddenMs);
    this.batches.push(record);
    this.created.push(record);
    this.lifecycle.start(record);
    return record;
  }

  private inputOf(id: string, { headers, body }: ApiRequest): BatchInput {
    const [model = '', verb] = decodeURIComponent(id).split(':');
    const isEmbedding = verb === 'asyncBatchEmbedContent';
    const create = parseCreate(headers['content-type'], body, this.options.maxInlineBytes);
    const { displayName, fileName } = create;
    const requests =
      fileName === null
        ? parseInline(create.requests, isEmbedding)
        : parseFile(this.uploads.contentOf(fileName), isEmbedding);
    return { displayName, model, isEmbedding, fileName, requests };
  }

  private list(query: URLSearchParams): string {
    const size = Number(query.get('pageSize') ?? 10);
    const from = Number(query.get('pageToken') ?? 0);
    const all = this.batches.filter((record) => this.isVisible(record)).reverse();
    const page = all.slice(from, from + size).map((record) => record.render());
    const next = from + size < all.length ? `, "nextPageToken": "${from + size}"` : '';
    return `{"operations": [${page.join(',\n')}]${next}}`;
  }

  private download(id: string, query: URLSearchParams): Answer {
    const record = this.batches.find(({ outputFile }) => outputFile === id);
    if (!record || query.get('alt') !== 'media') throw new ApiError(404, `File ${id} not found.`);
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: record.download };
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.id === id && this.isVisible(each));
    if (!record) throw new ApiError(404, 'Requested entity was not found.');
    return record;
  }

  private isVisible(record: BatchRecord): boolean {
    return (this.visibleFrom.get(record) ?? 0) <= Date.now();
  }
}

function json(text: string): Answer {
  return { status: 200, body: Buffer.from(text) };
}
