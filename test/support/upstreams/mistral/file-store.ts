import { shuffled } from '../kit/shuffle';
import { detailed } from './api-error';
import type { FileObject } from './types';
import { newUuid } from './uuid';

interface StoredFile {
  readonly object: FileObject;
  readonly content: Buffer;
}

/** What is known of a file before it has an id. */
export type NewFile = Pick<FileObject, 'filename' | 'sample_type' | 'source'> & { readonly content: Buffer };

const NEWLINE = 0x0a;

/** The files of the workspace, uploaded and produced; they never expire. */
export class FileStore {
  private readonly files = new Map<string, StoredFile>();

  constructor(private readonly seed: number) {}

  add({ filename, sample_type, source, content }: NewFile): FileObject {
    const object: FileObject = {
      id: newUuid(),
      object: 'file',
      bytes: content.length,
      created_at: Math.floor(Date.now() / 1000),
      filename,
      purpose: 'batch',
      sample_type,
      num_lines: content.reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0),
      mimetype: 'application/jsonl',
      source,
      signature: null,
      expires_at: null,
      visibility: 'workspace',
    };
    this.files.set(object.id, { object, content });
    return object;
  }

  get(id: string): StoredFile {
    const file = this.files.get(id);
    if (!file) throw detailed(404, `File ${id} not found`);
    return file;
  }

  delete(id: string): object {
    this.get(id);
    this.files.delete(id);
    return { id, object: 'file', deleted: true };
  }

  /** The ids of the uploads. */
  get inputs(): string[] {
    const uploads = [...this.files.values()].filter(({ object }) => object.source === 'upload');
    return uploads.map(({ object }) => object.id);
  }

  /** In an order that nothing is promised about, and that stays the same from page to page. */
  list(query: URLSearchParams): FileObject[] {
    const [purpose, types] = [query.get('purpose') ?? 'batch', query.getAll('sample_type')];
    const objects = [...this.files.values()].map(({ object }) => object);
    const asked = objects.filter(({ sample_type: type }) => types.length === 0 || types.includes(type));
    return purpose === 'batch' ? shuffled(asked, this.seed) : [];
  }
}
