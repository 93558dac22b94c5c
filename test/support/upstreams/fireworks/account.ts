import { newId } from '../kit/ids';
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
import { ApiError, badKey, faultBody, FrontError } from './api-error';
import { DatasetStore, type DatasetOptions } from './dataset-store';
import { JobRecord } from './job-record';
import { Lifecycle, type LifecycleOptions } from './lifecycle';
import { Storage, type StorageOptions } from './storage';
import type { Status } from './types';
import { parseInput } from './validate-input';
import { parseDataset, parseJob } from './validate';

export const ACCOUNT = 'acme';
export const PREFIX = `/v1/accounts/${ACCOUNT}`;

/** Paths behind the prefix. */
const TABLE: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', /^\/datasets$/, 'upload'],
  ['POST', /^\/datasets\/([^/:]+):upload$/, 'uploadBytes'],
  ['GET', /^\/datasets\/([^/:]+)$/, 'getFile'],
  ['DELETE', /^\/datasets\/([^/:]+)$/, 'deleteFile'],
  ['GET', /^\/datasets\/([^/:]+):getDownloadEndpoint$/, 'contentLink'],
  ['POST', /^\/batchInferenceJobs$/, 'create'],
  ['GET', /^\/batchInferenceJobs$/, 'list'],
  ['GET', /^\/batchInferenceJobs\/([^/:]+)$/, 'get'],
  ['DELETE', /^\/batchInferenceJobs\/([^/:]+)$/, 'delete'],
];

export type AccountOptions = LifecycleOptions & DatasetOptions & StorageOptions & { readonly apiKey: string };

/** The vendor's side of one account: its datasets, its jobs, and the calls on them. */
export class Account implements Vendor {
  readonly datasets: DatasetStore;
  /** Oldest first, deleted ones left out. */
  jobs: JobRecord[] = [];
  /** Every job that was made, whatever its client was told. */
  readonly created: JobRecord[] = [];
  private readonly storage: Storage;
  private readonly lifecycle: Lifecycle;

  constructor(
    private readonly options: AccountOptions,
    changed: (record: JobRecord) => void,
  ) {
    this.datasets = new DatasetStore(ACCOUNT, options);
    this.storage = new Storage(this.datasets, options);
    this.lifecycle = new Lifecycle(options, this.datasets, changed, (record) => {
      this.jobs = this.jobs.filter((each) => each !== record);
    });
  }

  match({ method, url }: ApiRequest): RouteMatch {
    const file = method === 'GET' ? Storage.PATH.exec(url.pathname) : null;
    if (file) return { route: 'content', id: file[1] ?? '' };
    const path = url.pathname.startsWith(`${PREFIX}/`) ? url.pathname.slice(PREFIX.length) : '';
    return matchIn(TABLE, method, path);
  }

  /** Does the call. Throws a refusal when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, hiddenMs: number): Answer {
    if (route === 'content') return this.storage.read(id, request);
    if (request.headers.authorization !== `Bearer ${this.options.apiKey}`) throw badKey();
    switch (route) {
      case 'upload':
        return ok(this.datasets.create(parseDataset(request)));
      case 'uploadBytes':
        return ok(this.datasets.upload(id, request));
      case 'getFile':
        return ok(this.datasets.look(id));
      case 'deleteFile':
        return ok(this.datasets.delete(id));
      case 'contentLink':
        return ok(this.links(id, request));
      case 'create':
        return ok(this.create(request, hiddenMs));
      case 'list':
        return ok({ batchInferenceJobs: this.visible.map((job) => job.render()), nextPageToken: '' });
      case 'get':
        return ok(this.job(id).render());
      case 'delete':
        this.lifecycle.delete(this.job(id));
        return ok({});
      default:
        throw new FrontError(405, Buffer.from('Method Not Allowed'));
    }
  }

  faultBody(status: number): object {
    return faultBody(status);
  }

  hold(state?: string, finished?: number): void {
    this.lifecycle.hold(state, finished);
  }

  release(state?: string): void {
    this.lifecycle.release(state);
  }

  expireAll(): void {
    for (const record of this.created) this.lifecycle.expire(record);
  }

  /** Fails a job for a reason of the vendor's own. */
  fail(id: string, status: Status): void {
    this.lifecycle.fail(this.job(id), status);
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.created.map(({ id, customIds, processed }) => ({ id, ran: customIds.slice(0, processed) }));
  }

  inputs(): readonly string[] {
    return this.datasets.ids.filter((id) => !this.created.some(({ params }) => params.output === id));
  }

  state(): object {
    return { batches: this.jobs.map((job) => job.render()), datasets: this.datasets.ids };
  }

  private get visible(): JobRecord[] {
    return this.jobs.filter(({ hiddenUntil }) => hiddenUntil <= Date.now());
  }

  private job(id: string): JobRecord {
    const job = this.visible.find((each) => each.id === id);
    if (!job) throw new ApiError('NOT_FOUND', 'resource not found');
    return job;
  }

  /** The front end takes no body with a GET, whatever the reference's example sends. */
  private links(id: string, { body }: ApiRequest): object {
    if (body.length > 0) throw new FrontError(400, Buffer.from('<html>Error 400 (Bad Request)!!1</html>'));
    return this.storage.links(id);
  }

  private create(request: ApiRequest, hiddenMs: number): object {
    const params = parseJob(request, ACCOUNT, () => newId('bij-', 16));
    if (this.jobs.some(({ id }) => id === params.id)) {
      throw new ApiError('ALREADY_EXISTS', `batch inference job ${params.id} already exists`);
    }
    const input = this.datasets.get(params.input);
    const [file] = [...input.files];
    if (!file || input.uploadingLooks > 0) throw new ApiError('FAILED_PRECONDITION', 'the input dataset is not READY');
    if (this.datasets.has(params.output))
      throw new ApiError('ALREADY_EXISTS', `dataset ${params.output} already exists`);
    const [filename, content] = file;
    const hiddenUntil = hiddenMs > 0 ? Date.now() + hiddenMs : 0;
    const rows = parseInput(content, filename);
    const record = new JobRecord(params, rows, input.exampleCount, ACCOUNT, hiddenUntil);
    this.jobs.push(record);
    this.created.push(record);
    this.lifecycle.start(record);
    return record.render();
  }
}
