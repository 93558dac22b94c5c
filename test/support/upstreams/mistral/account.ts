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
import { detailed, faultBody, malformed } from './api-error';
import { FileStore } from './file-store';
import { JobRecord } from './job-record';
import { holdable, Lifecycle, type LifecycleOptions } from './lifecycle';
import { pageOf } from './page';
import type { SimulatorOptions } from './types';
import { parseCreate } from './validate-create';
import { itemsOf, parseUpload } from './validate-upload';

const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/v1\/files$/, 'upload'],
  ['GET', /^\/v1\/files$/, 'listFiles'],
  ['GET', /^\/v1\/files\/([^/]+)$/, 'getFile'],
  ['DELETE', /^\/v1\/files\/([^/]+)$/, 'deleteFile'],
  ['GET', /^\/v1\/files\/([^/]+)\/content$/, 'content'],
  ['POST', /^\/v1\/batch\/jobs$/, 'create'],
  ['GET', /^\/v1\/batch\/jobs$/, 'list'],
  ['GET', /^\/v1\/batch\/jobs\/([^/]+)$/, 'get'],
  ['POST', /^\/v1\/batch\/jobs\/([^/]+)\/cancel$/, 'cancel'],
  ['DELETE', /^\/v1\/batch\/jobs\/([^/]+)$/, 'delete'],
];

export type AccountOptions = LifecycleOptions & Required<Pick<SimulatorOptions, 'apiKey' | 'maxBytes'>>;

/** The vendor's side of one API key: the files and jobs of its workspace, and the calls on them. */
export class Account implements Vendor {
  private readonly files: FileStore;
  private readonly lifecycle: Lifecycle;
  /** Oldest first, deleted ones left out. */
  private jobs: JobRecord[] = [];
  /** Every job that was made, whatever its client was told. */
  readonly created: JobRecord[] = [];
  /** Reasons to fail the next jobs with. */
  readonly failures: string[] = [];

  constructor(
    private readonly options: AccountOptions,
    changed: (record: JobRecord) => void,
  ) {
    this.files = new FileStore(options.seed);
    this.lifecycle = new Lifecycle(options, this.files, changed);
  }

  /** Does the call. Throws an `ApiError` when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    this.authorize(request.headers);
    const query = request.url.searchParams;
    switch (route) {
      case 'upload':
        return ok(this.upload(request));
      case 'listFiles':
        return ok(pageOf(this.files.list(query), query));
      case 'getFile':
        return ok(this.files.get(id).object);
      case 'deleteFile':
        return ok(this.files.delete(id));
      case 'content':
        return {
          status: 200,
          headers: { 'content-type': 'application/octet-stream' },
          body: this.files.get(id).content,
        };
      case 'create':
        return ok(this.create(request, hiddenMs));
      case 'list':
        return ok(pageOf(this.list(query), query));
      case 'get':
        return ok(this.job(id).object);
      case 'cancel':
        this.lifecycle.cancel(this.job(id));
        return ok(this.job(id).object);
      case 'delete':
        return ok(this.delete(id));
      default:
        throw detailed(404, 'Not Found');
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    return matchIn(TABLE, method, url.pathname);
  }

  faultBody(status: number): object {
    return faultBody(status);
  }

  hold(status = 'RUNNING', finished?: number): void {
    this.lifecycle.hold(holdable(status), finished);
  }

  release(status?: string): void {
    this.lifecycle.release(status === undefined ? undefined : holdable(status));
  }

  expireAll(): void {
    for (const record of this.created) this.lifecycle.expire(record);
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.created.map(({ object, ranIds }) => ({ id: object.id, ran: ranIds }));
  }

  inputs(): readonly string[] {
    return this.files.inputs;
  }

  state(): object {
    return { jobs: this.created.map(({ object }) => object), files: this.files.list(new URLSearchParams()) };
  }

  private authorize(headers: IncomingHttpHeaders): void {
    if (headers.authorization !== `Bearer ${this.options.apiKey}`) throw detailed(401, 'Invalid API Key');
  }

  private upload({ headers, body }: ApiRequest): object {
    const { filename, content } = parseUpload(headers['content-type'], body, this.options.maxBytes);
    return this.files.add({ filename, content, sample_type: 'batch_request', source: 'upload' });
  }

  private create({ headers, body }: ApiRequest, hiddenMs: number): object {
    const params = parseCreate(headers['content-type'], body);
    const items = itemsOf(this.files.get(params.inputFile).content);
    const record = new JobRecord(params, items, this.failures.shift() ?? null, Date.now() + hiddenMs);
    this.jobs.push(record);
    this.created.push(record);
    this.lifecycle.start(record);
    return record.object;
  }

  private list(query: URLSearchParams): object[] {
    const after = query.get('created_after');
    const oldest = after === null ? 0 : Date.parse(after);
    if (Number.isNaN(oldest)) {
      throw malformed({ type: 'datetime_parsing', loc: ['query', 'created_after'], msg: 'Input should be a datetime' });
    }
    const shown = this.jobs.filter(({ visible, object }) => visible && object.created_at * 1000 > oldest);
    return (query.get('order_by') === 'created' ? shown : shown.reverse()).map(({ object }) => object);
  }

  /** Whether a job that runs can be deleted is not known: it is refused. */
  private delete(id: string): object {
    const record = this.job(id);
    if (!record.terminal) throw detailed(400, `Job ${id} has not ended`);
    this.jobs = this.jobs.filter((each) => each !== record);
    return { id, object: 'batch', deleted: true };
  }

  private job(id: string): JobRecord {
    const record = this.jobs.find(({ object, visible }) => object.id === id && visible);
    if (!record) throw detailed(404, `Job ${id} not found`);
    return record;
  }
}
