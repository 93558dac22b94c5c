import { parseMultipart } from '../kit/multipart';
import type { ApiRequest } from '../kit/types';
import { ApiError } from './api-error';
import type { SimulatorOptions } from './types';

/** A dataset of the account, an upload or the output of a job. */
export interface Dataset {
  readonly id: string;
  readonly createdAt: number;
  readonly exampleCount: number;
  /** By file name. */
  readonly files: Map<string, Buffer>;
  /** How often it is still found `UPLOADING`; endless before the upload. */
  uploadingLooks: number;
}

export type DatasetOptions = Required<Pick<SimulatorOptions, 'maxUploadBytes' | 'uploadingLooks'>>;

/** The datasets of the account, and what can be done with them. */
export class DatasetStore {
  private readonly datasets = new Map<string, Dataset>();

  constructor(
    private readonly account: string,
    private readonly options: DatasetOptions,
  ) {}

  get ids(): string[] {
    return [...this.datasets.keys()];
  }

  has(id: string): boolean {
    return this.datasets.has(id);
  }

  get(id: string): Dataset {
    const dataset = this.datasets.get(id);
    if (!dataset) throw new ApiError('NOT_FOUND', 'resource not found');
    return dataset;
  }

  /** Makes a dataset that waits for its upload. */
  create({ id, exampleCount }: { id: string; exampleCount: number }): object {
    if (this.datasets.has(id)) throw new ApiError('ALREADY_EXISTS', `dataset ${id} already exists`);
    const dataset = { id, createdAt: Date.now(), exampleCount, files: new Map(), uploadingLooks: Infinity };
    this.datasets.set(id, dataset);
    return this.render(dataset);
  }

  /** Puts the output of a job there. */
  write(id: string, files: ReadonlyMap<string, Buffer>): void {
    this.datasets.set(id, { id, createdAt: Date.now(), exampleCount: 0, files: new Map(files), uploadingLooks: 0 });
  }

  /** Takes the one file of an upload. */
  upload(id: string, { headers, body }: ApiRequest): object {
    const dataset = this.get(id);
    const { maxUploadBytes, uploadingLooks } = this.options;
    if (body.length > maxUploadBytes) throw new ApiError('INVALID_ARGUMENT', 'the file is larger than 150 MB');
    if (dataset.files.size > 0) throw new ApiError('FAILED_PRECONDITION', 'the dataset has been uploaded');
    const [file, ...others] = parseMultipart(headers['content-type'], body);
    const { name, filename, content } = file ?? {};
    if (name !== 'file' || typeof filename !== 'string' || content === undefined || others.length > 0) {
      throw new ApiError('INVALID_ARGUMENT', 'one file is required');
    }
    dataset.files.set(filename, content);
    dataset.uploadingLooks = uploadingLooks;
    const seconds = Math.floor(Date.now() / 1000);
    const owned = { id: this.nameOf(id), object: 'file', purpose: 'dataset' };
    return { ...owned, bytes: content.length, created_at: seconds, filename };
  }

  look(id: string): object {
    const dataset = this.get(id);
    const rendered = this.render(dataset);
    dataset.uploadingLooks = Math.max(0, dataset.uploadingLooks - 1);
    return rendered;
  }

  delete(id: string): object {
    this.get(id);
    this.datasets.delete(id);
    return {};
  }

  nameOf(id: string): string {
    return `accounts/${this.account}/datasets/${id}`;
  }

  private render({ id, createdAt, exampleCount, uploadingLooks }: Dataset): object {
    return {
      name: this.nameOf(id),
      displayName: '',
      createTime: new Date(createdAt).toISOString(),
      state: uploadingLooks > 0 ? 'UPLOADING' : 'READY',
      status: { code: 'OK', message: '' },
      exampleCount: String(exampleCount),
      userUploaded: {},
      format: 'FORMAT_UNSPECIFIED',
    };
  }
}
