import { createHmac } from 'node:crypto';
import { newId } from '../kit/ids';
import type { Answer, ApiRequest } from '../kit/types';
import { FrontError } from './api-error';
import type { DatasetStore } from './dataset-store';

const BUCKET = '/fireworks-artifacts/dataset';

export interface StorageOptions {
  readonly linkMs: number;
  /** Without a trailing slash. */
  readonly origin: () => string;
}

/** The object store behind signed links. A link is good for everybody, for a while, and takes no key beside it. */
export class Storage {
  private readonly secret = newId('', 32);

  constructor(
    private readonly datasets: DatasetStore,
    private readonly options: StorageOptions,
  ) {}

  /** Paths that {@link read} answers. */
  static readonly PATH = new RegExp(`^${BUCKET}/([^/]+/[^/]+)$`);

  /** A fresh link to each file of a dataset, by the file's path. */
  links(dataset: string): object {
    const until = Date.now() + this.options.linkMs;
    const links = [...this.datasets.get(dataset).files.keys()].map((file) => {
      const path = `${dataset}/${file}`;
      const query = `X-Goog-Expires=${until}&X-Goog-Signature=${this.sign(path, until)}`;
      return [`dataset/${path}`, `${this.options.origin()}${BUCKET}/${path}?${query}`] as const;
    });
    return { filenameToSignedUrls: Object.fromEntries(links) };
  }

  read(path: string, { headers, url }: ApiRequest): Answer {
    if (headers.authorization !== undefined) throw refused(400, 'InvalidArgument');
    const until = Number(url.searchParams.get('X-Goog-Expires'));
    if (url.searchParams.get('X-Goog-Signature') !== this.sign(path, until))
      throw refused(403, 'SignatureDoesNotMatch');
    if (until < Date.now()) throw refused(400, 'ExpiredToken');
    const [dataset = '', file = ''] = path.split('/');
    const content = this.datasets.has(dataset) ? this.datasets.get(dataset).files.get(file) : undefined;
    if (content === undefined) throw refused(404, 'NoSuchKey');
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content };
  }

  private sign(path: string, until: number): string {
    return createHmac('sha256', this.secret).update(`${path}:${until}`).digest('hex');
  }
}

function refused(status: number, code: string): FrontError {
  return new FrontError(status, Buffer.from(`<?xml version='1.0'?><Error><Code>${code}</Code></Error>`));
}
