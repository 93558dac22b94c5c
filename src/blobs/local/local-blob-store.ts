import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Ids } from '../../common/ids';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { assertBlobKey } from '../blob-key';
import { BlobNotFoundError, BlobStore, type ByteRange } from '../blob-store';

/** Blobs as files below one folder, written to a temporary name, synced, then renamed. */
export class LocalBlobStore extends BlobStore {
  constructor(
    private readonly root: string,
    private readonly ids: Ids,
  ) {
    super();
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    assertNoTransaction('A blob write');
    const target = this.pathOf(key);
    const temporary = join(this.root, `.writing-${this.ids.next('file')}`);
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    try {
      const bytes = await writeSynced(temporary, source);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(temporary, target);
      await syncFolders(dirname(target), this.root);
      return bytes;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    assertNoTransaction('A blob read');
    const path = this.pathOf(key);
    await this.size(key);
    if (range && range.end < range.start) return Readable.from([]);
    return createReadStream(path, { ...range, highWaterMark: 256 * 1024 });
  }

  async size(key: string): Promise<number> {
    assertNoTransaction('A blob size');
    try {
      return (await stat(this.pathOf(key))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new BlobNotFoundError(key);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    assertNoTransaction('A blob delete');
    await rm(this.pathOf(key), { force: true });
  }

  private pathOf(key: string): string {
    assertBlobKey(key);
    return join(this.root, ...key.split('/'));
  }
}

async function writeSynced(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const file: FileHandle = await open(path, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const chunk of source) {
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

/** A rename is durable only when its folder is; a new folder only when its parent is. */
async function syncFolders(from: string, root: string): Promise<void> {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
    if (folder === root) return;
  }
}
