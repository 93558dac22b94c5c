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
import { ApiError, errorBody } from './api-error';
import { BatchRecord } from './batch-record';
import { FileStore } from './files';
import { Lifecycle } from './lifecycle';
import { pageOf, tokenOf } from './page';
import type { SimulatorOptions, XaiFile } from './types';
import { parseAdded, parseCreate } from './validate-create';
import { parseInput, type InputItem } from './validate-input';
import { parseUpload } from './validate-upload';

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/files$/, 'upload'],
  ['GET', /^\/v1\/files$/, 'listFiles'],
  ['GET', /^\/v1\/files\/([^/]+)$/, 'getFile'],
  ['DELETE', /^\/v1\/files\/([^/]+)$/, 'deleteFile'],
  ['POST', /^\/v1\/batches$/, 'create'],
  ['GET', /^\/v1\/batches$/, 'list'],
  ['GET', /^\/v1\/batches\/([^/]+)$/, 'get'],
  ['GET', /^\/v1\/batches\/([^/]+)\/results$/, 'content'],
  ['GET', /^\/v1\/batches\/([^/]+)\/requests$/, 'listRequests'],
  ['POST', /^\/v1\/batches\/([^/]+)\/requests$/, 'addRequests'],
  ['POST', /^\/v1\/batches\/([^/:]+):cancel$/, 'cancel'],
];

export type AccountOptions = Required<Omit<SimulatorOptions, 'port'>>;

/** The vendor's side of one API key: its files and batches, and the calls on them. */
export class Account implements Vendor {
  private readonly lifecycle: Lifecycle;
  private readonly files = new FileStore();
  /** Every batch that was made, oldest first, whatever its client was told. */
  readonly batches: BatchRecord[] = [];
  readonly uploads: XaiFile[] = [];

  constructor(
    private readonly options: AccountOptions,
    private readonly changed: (record: BatchRecord) => void,
  ) {
    this.lifecycle = new Lifecycle(options.stateMs, changed);
  }

  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    this.authorize(request.headers);
    const { searchParams: query } = request.url;
    switch (route) {
      case 'upload':
        return ok(this.upload(request));
      case 'listFiles':
        return ok(this.listFiles(query));
      case 'getFile':
        return ok(this.files.get(id));
      case 'deleteFile':
        return ok(this.files.delete(id));
      case 'create':
        return ok(this.create(request, hiddenMs));
      case 'list':
        return ok(this.list(query));
      case 'get':
        return ok(this.batch(id).render());
      case 'content':
        return this.results(id, query);
      case 'listRequests':
        return ok(this.listRequests(id, query));
      case 'addRequests':
        return ok(this.addRequests(id, request));
      case 'cancel':
        this.lifecycle.cancel(this.batch(id));
        return ok(this.batch(id).render());
      default:
        throw new ApiError(404, 'Not Found');
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    return matchIn(TABLE, method, url.pathname);
  }

  faultBody(status: number): object {
    return errorBody(status);
  }

  hold(state?: string, finished?: number): void {
    this.lifecycle.hold(state, finished);
  }

  release(state?: string): void {
    this.lifecycle.release(state);
  }

  expireAll(): void {
    for (const record of this.batches) this.lifecycle.expire(record);
  }

  /** What was counted as cancelled had been under way, and lands now. */
  landCancelled(): void {
    for (const record of this.batches) {
      record.land();
      this.changed(record);
    }
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.batches.map(({ id, ranIds }) => ({ id, ran: ranIds }));
  }

  inputs(): readonly string[] {
    return this.files.list(new URLSearchParams()).map(({ id }) => id);
  }

  state(): object {
    return { batches: this.batches.map((record) => record.render()) };
  }

  /** A key that is not known is a 400 here. */
  private authorize({ authorization }: IncomingHttpHeaders): void {
    if (authorization === undefined) throw new ApiError(401, 'No credentials provided');
    if (authorization === `Bearer ${this.options.apiKey}`) return;
    const key = authorization.replace(/^Bearer /, '');
    const shown = `${key.slice(0, 2)}***${key.slice(-2)}`;
    throw new ApiError(
      400,
      `Incorrect API key provided: ${shown}. You can obtain an API key from https://console.x.ai.`,
    );
  }

  private upload({ headers, body }: ApiRequest): XaiFile {
    const file = this.files.add(parseUpload(headers['content-type'], body, this.options.maxUploadBytes));
    this.uploads.push(file);
    return file;
  }

  /** There is a token on every page; the last one is told by being short. */
  private listFiles(query: URLSearchParams): object {
    const all = this.files.list(query);
    const { entries, next } = pageOf(all, query);
    return { data: entries, pagination_token: next ?? tokenOf(all.length) };
  }

  private create(request: ApiRequest, hiddenMs: number): object {
    const { name, inputFileId } = parseCreate(request);
    const input = inputFileId === null ? null : this.inputOf(inputFileId);
    const record = new BatchRecord(name, inputFileId, Date.now() + hiddenMs, this.options.seed);
    this.batches.push(record);
    this.lifecycle.start(record, input);
    return record.render();
  }

  private inputOf(fileId: string): InputItem[] | string {
    const content = this.files.contentOf(fileId);
    if (content) return parseInput(content, this.options);
    if (!this.options.missingInputLate) throw new ApiError(404, 'File not found');
    return 'The input file could not be read.';
  }

  private list(query: URLSearchParams): object {
    const visible = this.batches.filter(({ visible }) => visible).reverse();
    const { entries, next } = pageOf(visible, query, this.options.maxPage);
    return { batches: entries.map((record) => record.render()), pagination_token: next };
  }

  /** Rows stand on lines of their own, so that a page can be cut between them. */
  private results(id: string, query: URLSearchParams): Answer {
    const rows = this.batch(id).rows(this.options.omitCancelled);
    const { entries, next } = pageOf(rows, query, this.options.maxPage);
    const text = `{"results":[\n${entries.join(',\n')}\n],"pagination_token":${JSON.stringify(next)}}\n`;
    return { status: 200, body: Buffer.from(text) };
  }

  private listRequests(id: string, query: URLSearchParams): object {
    const { entries, next } = pageOf(this.batch(id).metadata(), query, this.options.maxPage);
    return { batch_request_metadata: entries, pagination_token: next };
  }

  private addRequests(id: string, request: ApiRequest): object {
    const record = this.batch(id);
    if (record.sealed) throw new ApiError(412, 'Cannot add inline requests to a file-based batch');
    if (record.cancelled) throw new ApiError(403, 'Cannot add requests to a cancelled batch');
    this.lifecycle.readIn(record, parseAdded(request));
    return {};
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.id === id && each.visible);
    if (!record) throw new ApiError(404, 'Batch not found');
    return record;
  }
}
