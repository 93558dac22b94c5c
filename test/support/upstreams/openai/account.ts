import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error';
import { BatchRecord } from './batch-record';
import { FileStore } from './files';
import { Lifecycle, type LifecycleOptions } from './lifecycle';
import { pageOf } from './page';
import type { Recorder } from './recorder';
import type { RouteMatch } from './routing';
import type { Answer, BatchError, BatchObject, SimulatorOptions } from './types';
import { parseCreate } from './validate-create';
import { parseInput, type InputLimits } from './validate-input';
import { parseUpload } from './validate-upload';

/** A request, whole. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What an account needs of the simulator's options. */
export type AccountOptions = LifecycleOptions & InputLimits & Pick<SimulatorOptions, 'handleLag'> & { apiKey: string };

/** The vendor's side of one API key: its files, its batches, and the calls on them. */
export class Account {
  readonly lifecycle: Lifecycle;
  /** Newest last. */
  readonly batches: BatchRecord[] = [];
  /** Reasons to fail the next batches with, whatever their files hold. */
  readonly refusals: BatchError[] = [];
  private readonly files = new FileStore();

  constructor(
    private readonly options: AccountOptions,
    private readonly recorder: Recorder,
    changed: (record: BatchRecord) => void,
  ) {
    this.lifecycle = new Lifecycle(options, this.files, changed);
  }

  /** Does the call. Throws an {@link ApiError} when the vendor would refuse it. */
  call({ route, id }: RouteMatch, request: ApiRequest, visibleAfterMs: number): Answer {
    this.authorize(request.headers.authorization);
    switch (route) {
      case 'content':
        return fileContent(this.files.get(id).content);
      case 'unknown':
        throw new ApiError(404, `Invalid URL (${request.method} ${request.url.pathname})`, null, 'unknown_url');
      case 'upload':
        return ok(this.upload(request));
      case 'listFiles':
        return ok(this.listFiles(request.url.searchParams));
      case 'getFile':
        return ok(this.files.get(id).object);
      case 'deleteFile':
        return ok(this.files.delete(id));
      case 'create':
        return ok(this.create(request, visibleAfterMs));
      case 'list':
        return ok(this.list(request.url.searchParams));
      case 'get':
        return ok(this.batch(id).render(true));
      case 'cancel':
        return ok(this.cancel(id));
    }
  }

  /** Ends the window of every batch that has not ended. */
  expireAll(): void {
    for (const record of this.batches) this.lifecycle.expire(record);
  }

  private authorize(authorization: string | undefined): void {
    if (authorization === `Bearer ${this.options.apiKey}`) return;
    if (authorization === undefined) throw new ApiError(401, "You didn't provide an API key.");
    throw new ApiError(401, 'Incorrect API key provided.', null, 'invalid_api_key');
  }

  private upload({ headers, body }: ApiRequest): object {
    const { filename, content, expiresAfter } = parseUpload(headers['content-type'], body);
    const expiresInSeconds = expiresAfter?.seconds ?? null;
    const file = this.files.add({ filename, purpose: 'batch', content, expiresInSeconds });
    this.recorder.uploads.push({ fileId: file.id, filename, content, expiresInSeconds, at: Date.now() });
    return file;
  }

  private listFiles(query: URLSearchParams): object {
    return pageOf(this.files.list(query.get('purpose')), query, { standard: 10_000, max: 10_000 });
  }

  private create({ headers, body }: ApiRequest, visibleAfterMs: number): BatchObject {
    const params = parseCreate(headers['content-type'], body);
    const { inputFileId, endpoint, metadata } = params;
    const file = this.files.find(inputFileId);
    if (file?.object.purpose !== 'batch') {
      throw new ApiError(400, `Invalid 'input_file_id': no such batch file: ${inputFileId}`, 'input_file_id');
    }
    const { items, error } = parseInput(file.content, endpoint, this.options);
    const input = { items, error: this.refusals.shift() ?? error };
    const record = new BatchRecord(params, input, this.options.handleLag, Date.now() + visibleAfterMs);
    this.batches.push(record);
    const customIds = items.map((item) => item.customId);
    this.recorder.creates.push({
      batchId: record.object.id,
      inputFileId,
      endpoint,
      metadata,
      customIds,
      at: Date.now(),
    });
    this.lifecycle.start(record);
    return record.render(false);
  }

  private list(query: URLSearchParams): object {
    const visible = this.batches.filter((record) => record.visible).reverse();
    const objects = visible.map((record) => record.render(false));
    return pageOf(objects, query, { standard: 20, max: 100 });
  }

  private cancel(id: string): BatchObject {
    const record = this.batch(id);
    this.lifecycle.cancel(record);
    return record.render(false);
  }

  private batch(id: string): BatchRecord {
    const record = this.batches.find((each) => each.object.id === id && each.visible);
    if (!record) throw new ApiError(404, `No batch found with id '${id}'.`);
    return record;
  }
}

function ok(body: object): Answer {
  return { status: 200, body };
}

function fileContent(content: Buffer): Answer {
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content };
}
