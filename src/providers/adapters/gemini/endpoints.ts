import type { Attempt } from '../../contract/adapter';
import { EMBEDDINGS } from './to-line';

/** The vendor's paths. Uploads and downloads have a word before the version, so that calls begin above it. */
export class Endpoints {
  /** Where paths begin; without a trailing slash. */
  readonly root: string;
  /** The version, with a slash before it; empty where the base has no path. */
  private readonly version: string;

  /** @param baseUrl such as `https://generativelanguage.googleapis.com/v1beta` */
  constructor(baseUrl: string) {
    this.version = new URL(baseUrl).pathname === '/' ? '' : baseUrl.slice(baseUrl.lastIndexOf('/'));
    this.root = baseUrl.slice(0, baseUrl.length - this.version.length);
  }

  /** The create: its path names the model, `models/` in front where that is not told otherwise. */
  create({ endpoint, model }: Attempt): string {
    const [, kind = 'models', id = model] = /^(models|tunedModels)\/(.+)$/s.exec(model) ?? [];
    const verb = endpoint === EMBEDDINGS ? 'asyncBatchEmbedContent' : 'batchGenerateContent';
    return `${this.version}/${kind}/${encodeURIComponent(id)}:${verb}`;
  }

  batch(id: string): string {
    return `${this.version}/batches/${id}`;
  }

  list(of: 'batches' | 'files', pageSize: number, pageToken: string | null): string {
    const next = pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : '';
    return `${this.version}/${of}?pageSize=${pageSize}${next}`;
  }

  file(id: string): string {
    return `${this.version}/files/${id}`;
  }

  get upload(): string {
    return `/upload${this.version}/files`;
  }

  download(fileId: string): string {
    return `/download${this.version}/files/${fileId}:download?alt=media`;
  }
}
