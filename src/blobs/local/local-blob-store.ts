import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Ids } from '../../common/ids';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { assertBlobKey } from '../blob-key';
import { BlobNotFoundError, BlobStore, type ByteRange } from '../blob-store';

const SYNC_EVERY_BYTES = 8 * 1024 * 1024;

/** Blobs as files below one folder, written to a temporary name, synced, then renamed. */
export class LocalBlobStore extends BlobStore {
  override readonly releasesChunks = true;

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
    try {
      const bytes = await writeSynced(await this.create(temporary), source);
      const created = await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(temporary, target);
      await syncFolders(dirname(target), created === undefined ? dirname(target) : dirname(created));
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

  /** The root is made with the first blob, and again when somebody took it away. */
  private async create(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      return open(path, 'wx', 0o600);
    }
  }

  private pathOf(key: string): string {
    assertBlobKey(key);
    return join(this.root, ...key.split('/'));
  }
}

async function writeSynced(file: FileHandle, source: AsyncIterable<Uint8Array>): Promise<number> {
  let [writing, syncing] = [Promise.resolve(), Promise.resolve()];
  try {
    let [bytes, nextSync] = [0, SYNC_EVERY_BYTES];
    for await (const chunk of source) {
      // One chunk is written while the next is made; a failure of that is met here or below.
      await writing;
      writing = file.writeFile(chunk);
      writing.catch(() => undefined);
      bytes += chunk.length;
      if (bytes < nextSync) continue;
      // What is on its way to the disk early need not be waited for at the end. Its failure is met there.
      nextSync = bytes + SYNC_EVERY_BYTES;
      syncing = syncing.then(() => file.datasync());
      syncing.catch(() => undefined);
    }
    await writing;
    await syncing;
    await file.sync();
    return bytes;
  } finally {
    await Promise.allSettled([writing, syncing]);
    await file.close();
  }
}

/** A rename is durable only when its folder is; a new folder only when its parent is. Syncs from `from` up to `last`. */
async function syncFolders(from: string, last: string): Promise<void> {
  const folders = [from];
  while (folders.at(-1) !== last) folders.push(dirname(folders.at(-1)!));
  await Promise.all(folders.map(syncFolder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
