import { ApiError } from './api-error';
import { newId } from '../kit/ids';
import type { FileObject } from './types';

interface StoredFile {
  readonly object: FileObject;
  readonly content: Buffer;
}

/** What is known of a file before it has an id. */
export type NewFile = Pick<FileObject, 'filename' | 'purpose'> & {
  readonly content: Buffer;
  readonly expiresInSeconds: number | null;
};

/** The files of the account, uploaded and produced. */
export class FileStore {
  private readonly files = new Map<string, StoredFile>();

  add({ filename, purpose, content, expiresInSeconds }: NewFile): FileObject {
    const createdAt = Math.floor(Date.now() / 1000);
    const object: FileObject = {
      id: newId('file-', 22),
      object: 'file',
      bytes: content.length,
      created_at: createdAt,
      ...(expiresInSeconds === null ? {} : { expires_at: createdAt + expiresInSeconds }),
      filename,
      purpose,
      status: 'processed',
    };
    this.files.set(object.id, { object, content });
    return object;
  }

  /** Of all files together. */
  get bytes(): number {
    return [...this.files.values()].reduce((sum, { content }) => sum + content.length, 0);
  }

  /** Undefined when the id was never given out, or its file is deleted. */
  find(id: string): StoredFile | undefined {
    return this.files.get(id);
  }

  get(id: string): StoredFile {
    const file = this.files.get(id);
    if (!file) throw new ApiError(404, `No such File object: ${id}`, 'id');
    return file;
  }

  delete(id: string): object {
    this.get(id);
    this.files.delete(id);
    return { id, object: 'file', deleted: true };
  }

  /** Newest first. */
  list(purpose: string | null): FileObject[] {
    const objects = [...this.files.values()].map((file) => file.object).reverse();
    return purpose === null ? objects : objects.filter((object) => object.purpose === purpose);
  }
}
