import { ApiError } from './api-error';
import type { XaiFile } from './types';
import { newUuid } from './uuid';
import type { UploadParams } from './validate-upload';

/** The files of the account. */
export class FileStore {
  private readonly files = new Map<string, { readonly object: XaiFile; readonly content: Buffer }>();

  add({ filename, purpose, content, expiresInSeconds }: UploadParams): XaiFile {
    const now = Math.floor(Date.now() / 1000);
    const object: XaiFile = {
      id: newUuid('file_'),
      object: 'file',
      bytes: content.length,
      created_at: now,
      expires_at: expiresInSeconds === null ? null : now + expiresInSeconds,
      filename,
      purpose,
    };
    this.files.set(object.id, { object, content });
    return object;
  }

  /** Undefined when the id was never given out, or its file is deleted. */
  contentOf(id: string): Buffer | undefined {
    return this.files.get(id)?.content;
  }

  get(id: string): XaiFile {
    const file = this.files.get(id);
    if (!file) throw new ApiError(404, 'File not found');
    return file.object;
  }

  delete(id: string): object {
    this.get(id);
    this.files.delete(id);
    return { id, object: 'file', deleted: true };
  }

  /** Oldest first, unless it is asked for otherwise. */
  list(query: URLSearchParams): XaiFile[] {
    const objects = [...this.files.values()].map(({ object }) => object);
    return query.get('order') === 'desc' ? objects.reverse() : objects;
  }
}
