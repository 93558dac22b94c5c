import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Ids } from '../../common/ids';
import { assertNoTransaction } from '../../persistence/transaction-context';
import { assertBlobKey, isBlobKey } from '../blob-key';
import { BlobNotFoundError, BlobStore, type ByteRange, type StoredBlob, type UnfinishedWrite } from '../blob-store';
import { filesBelow, modifiedAt, namesIn } from '../../common/folder-walk';
import { syncFolder } from '../../common/sync-folder';

const SYNC_EVERY_BYTES = 8 * 1024 * 1024;
const UNFINISHED = '.writing-';
/** Stands for a `/` in the name of an unfinished write, and in no key. */
const SLASH = '~';

/** Blobs as files below one folder, written to a temporary name that tells the key, synced, then renamed. */
export class LocalBlobStore extends BlobStore {
  override readonly releasesChunks = true;
  /** Folders right below the root, of which there are few, whose names in it were synced. */
  private readonly durable = new Set<string>();

  private readonly root: string;

  constructor(
    folder: string,
    private readonly ids: Ids,
  ) {
    super();
    this.root = resolve(folder);
  }

  async write(key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    assertNoTransaction('A blob write');
    const target = this.pathOf(key);
    const temporary = join(this.root, [UNFINISHED + this.ids.next('file'), ...key.split('/')].join(SLASH));
    try {
      const bytes = await writeSynced(await this.create(temporary), source);
      await this.place(temporary, target);
      return bytes;
    } catch (error) {
      await rm(temporary, { force: true });
      // Its folder may have been made for it alone.
      await this.removeEmptyFolders(dirname(target)).catch(() => undefined);
      throw error;
    }
  }

  /** Puts a synced file where it belongs, for good: what cannot be made durable is taken away again. */
  private async place(temporary: string, target: string): Promise<void> {
    await this.move(temporary, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      // The folder was empty for a moment, and was removed with the last blob in it.
      return this.move(temporary, target);
    });
    try {
      await this.syncFolders(dirname(target));
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }

  private async move(temporary: string, target: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(temporary, target);
  }

  /** A rename is durable only when its folder is; a new folder only when its parent is, which for most is known. */
  private async syncFolders(from: string): Promise<void> {
    const folders = [from];
    for (let last = from; last !== this.root && !this.durable.has(last); folders.push(last)) last = dirname(last);
    await Promise.all(folders.map(syncFolder));
    for (const folder of folders) if (dirname(folder) === this.root) this.durable.add(folder);
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
    const path = this.pathOf(key);
    await rm(path, { force: true });
    await this.removeEmptyFolders(dirname(path));
  }

  async *list(folder: string): AsyncGenerator<StoredBlob> {
    assertNoTransaction('A list of blobs');
    for await (const path of filesBelow(this.pathOf(folder))) {
      const key = relative(this.root, path).split(sep).join('/');
      const writtenAt = isBlobKey(key) ? await modifiedAt(path) : null;
      if (writtenAt) yield { key, writtenAt };
    }
  }

  async *listUnfinished(folder: string): AsyncGenerator<UnfinishedWrite> {
    assertNoTransaction('A list of blobs');
    assertBlobKey(folder);
    for (const id of await namesIn(this.root)) {
      const key = unfinishedKey(id);
      if (!id.startsWith(UNFINISHED) || (key !== null && !key.startsWith(`${folder}/`))) continue;
      const touchedAt = await modifiedAt(join(this.root, id));
      if (touchedAt) yield { id, key, touchedAt };
    }
  }

  async discardUnfinished(id: string): Promise<void> {
    assertNoTransaction('A blob delete');
    if (!id.startsWith(UNFINISHED) || basename(id) !== id) throw new Error(`Not an unfinished write: ${id}`);
    await rm(join(this.root, id), { force: true });
  }

  /** A folder that holds others' blobs stays, and so do those right below the root, which are always in use. */
  private async removeEmptyFolders(from: string): Promise<void> {
    for (let folder = from; folder !== this.root && dirname(folder) !== this.root; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  /** The root is made with the first blob, and again when somebody took it away. */
  private async create(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      await syncFolder(dirname(this.root));
      return open(path, 'wx', 0o600);
    }
  }

  private pathOf(key: string): string {
    assertBlobKey(key);
    return join(this.root, ...key.split('/'));
  }
}

/** What an unfinished write is of; null for one of a version whose names did not tell. */
function unfinishedKey(id: string): string | null {
  const [, ...segments] = id.split(SLASH);
  return segments.length > 0 ? segments.join('/') : null;
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
