import { ok, type Answer, type ApiRequest, type RouteMatch, type SimulatedJob, type Vendor } from '../kit/types';
import { ApiError, defaultErrorBody } from './api-error';
import { BatchRecord } from './batch-record';
import { FileStore } from './files';
import { Ledger } from './ledger';
import { holdable, Lifecycle, type LifecycleOptions } from './lifecycle';
import type { Dialect } from './dialect';
import { pageOf } from './page';
import { matchRoute } from './routing';
import type { BatchError, FileObject, SimulatorOptions } from './types';
import { parseCreate, type CreateParams } from './validate-create';
import { parseInput, type ParsedInput } from './validate-input';
import { parseUpload } from './validate-upload';

/** What an account needs of the simulator's options. */
export type AccountOptions = LifecycleOptions &
  Dialect['limits'] &
  Pick<SimulatorOptions, 'handleLag'> & { readonly apiKey: string };

/** The vendor's side of one API key: its files, its batches, and the calls on them. */
export class Account implements Vendor {
  readonly ledger = new Ledger();
  private readonly lifecycle: Lifecycle;
  /** Newest last. */
  readonly batches: BatchRecord[] = [];
  /** Reasons to fail the next batches with, whatever their files hold. */
  readonly refusals: BatchError[] = [];
  readonly files = new FileStore();
  /** How often an upload is still to be found unprocessed, by its id. */
  private readonly processing = new Map<string, number>();
  private readonly dialect: Dialect;

  constructor(
    private readonly options: AccountOptions,
    changed: (record: BatchRecord) => void,
  ) {
    this.dialect = options.dialect;
    this.lifecycle = new Lifecycle(options, this.files, changed);
  }

  /** Does the call. Throws an {@link ApiError} when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, visibleAfterMs: number): Answer {
    this.dialect.authorize(request.headers, this.options.apiKey);
    switch (route) {
      case 'content':
        return fileContent(this.files.get(id).content);
      case 'upload':
        return ok(this.upload(request));
      case 'listFiles':
        return ok(this.listFiles(request.url.searchParams));
      case 'getFile':
        return ok(this.file(id));
      case 'deleteFile':
        return ok(this.files.delete(id));
      case 'create':
        return { status: this.dialect.createStatus, body: this.create(request, visibleAfterMs) };
      case 'list':
        return ok(this.list(request.url.searchParams));
      case 'get':
        return ok(this.dialect.renderBatch(this.batch(id).render(true), 'get'));
      case 'cancel':
        return ok(this.cancel(id));
      default:
        throw new ApiError(404, `Invalid URL (${request.method} ${request.url.pathname})`, null, 'unknown_url');
    }
  }

  match({ method, url }: ApiRequest): RouteMatch {
    return matchRoute(method, url.pathname, this.dialect);
  }

  faultBody(status: number): object {
    return defaultErrorBody(status);
  }

  hold(state = 'in_progress', finished?: number): void {
    this.lifecycle.hold(holdable(state), finished);
  }

  release(state?: string): void {
    this.lifecycle.release(state === undefined ? undefined : holdable(state));
  }

  stop(): void {
    this.lifecycle.stop();
  }

  bought(): readonly SimulatedJob[] {
    return this.batches.map(({ object, ran }) => ({ id: object.id, ran: ran.map(({ customId }) => customId) }));
  }

  inputs(): readonly string[] {
    return this.files.list('batch').map(({ id }) => id);
  }

  /** Counts and facts only: the content of an upload can be 200 MB. */
  state(): object {
    return {
      creates: this.ledger.creates,
      uploads: this.ledger.uploads.map(({ content, ...upload }) => ({ ...upload, bytes: content.length })),
      batches: this.batches.map(({ object: { id, status, request_counts } }) => ({ id, status, request_counts })),
    };
  }

  /** Ends the window of every batch that has not ended. */
  expireAll(): void {
    for (const record of this.batches) this.lifecycle.expire(record);
  }

  private upload({ headers, body }: ApiRequest): object {
    const { filename, content, expiresAfter } = parseUpload(headers['content-type'], body, this.dialect.upload);
    const { maxStoredBytes } = this.options;
    if (this.files.bytes + content.length > maxStoredBytes) {
      throw new ApiError(400, `All files together may have at most ${maxStoredBytes} bytes.`, 'file');
    }
    const expiresInSeconds = expiresAfter?.seconds ?? null;
    const file = this.files.add({ filename, purpose: 'batch', content, expiresInSeconds });
    this.ledger.uploads.push({ fileId: file.id, filename, content, expiresInSeconds, at: Date.now() });
    if (this.dialect.processingPolls > 0) this.processing.set(file.id, this.dialect.processingPolls);
    return this.shown(file);
  }

  /** One look at a file, which brings the end of its processing nearer. */
  private file(id: string): object {
    const shown = this.shown(this.files.get(id).object);
    const left = (this.processing.get(id) ?? 0) - 1;
    if (left > 0) this.processing.set(id, left);
    else this.processing.delete(id);
    return shown;
  }

  private shown(file: FileObject): object {
    return this.processing.has(file.id) ? { ...file, status: 'pending' } : file;
  }

  private listFiles(query: URLSearchParams): object {
    return pageOf(this.files.list(query.get('purpose')), query, { standard: 10_000, max: 10_000 });
  }

  private create({ headers, body }: ApiRequest, visibleAfterMs: number): object {
    const params = parseCreate(headers['content-type'], body, this.dialect.create);
    const { inputFileId, endpoint, metadata } = params;
    const { maxOpen } = this.dialect;
    if (maxOpen !== null && this.batches.filter(({ terminal }) => !terminal).length >= maxOpen) {
      throw new ApiError(429, `At most ${maxOpen} batches may be open at once.`);
    }
    const { items, error } = this.input(params);
    const input = { items, error: this.refusals.shift() ?? error };
    const record = new BatchRecord(params, input, this.options.handleLag, Date.now() + visibleAfterMs);
    this.batches.push(record);
    const customIds = items.map((item) => item.customId);
    this.ledger.creates.push({
      batchId: record.object.id,
      inputFileId,
      endpoint,
      metadata,
      customIds,
      at: Date.now(),
    });
    this.lifecycle.start(record);
    return this.dialect.renderBatch(record.render(false), 'create');
  }

  private input({ inputFileId, lineUrl }: CreateParams): ParsedInput {
    const file = this.files.find(inputFileId);
    if (file?.object.purpose === 'batch' && !this.processing.has(inputFileId)) {
      return parseInput(file.content, lineUrl, this.options, this.dialect.lines);
    }
    const message = `Invalid 'input_file_id': no such batch file: ${inputFileId}`;
    if (this.dialect.create.missingInput === 'refused') throw new ApiError(400, message, 'input_file_id');
    return { items: [], error: { code: 'file_not_found', message, param: 'input_file_id', line: null } };
  }

  private list(query: URLSearchParams): object {
    const visible = this.batches.filter((record) => record.visible).reverse();
    const objects = visible.map((record) => {
      const object = record.render(false);
      return { ...this.dialect.renderBatch(object, 'list'), id: object.id };
    });
    return this.dialect.pageOfBatches(objects, query, { standard: 20, max: 100 });
  }

  private cancel(id: string): object {
    const record = this.batch(id);
    this.lifecycle.cancel(record);
    return this.dialect.renderBatch(record.render(false), 'cancel');
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.object.id === id && each.visible);
    if (!record) throw new ApiError(404, `No batch found with id '${id}'.`);
    return record;
  }
}

function fileContent(content: Buffer): Answer {
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content };
}
