import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { LocalBlobStore } from '../../src/blobs/local/local-blob-store';
import { SystemClock } from '../../src/common/clock';
import { Ids } from '../../src/common/ids';
import { SystemRandom } from '../../src/common/random';
import { BlobFolders } from '../../src/files/blob-folders';
import { describeBlobStore } from './blob-store.contract';

async function localStore() {
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-blobs-'));
  const root = join(folder, 'blobs');
  const store = new LocalBlobStore(root, new Ids(new SystemClock(), new SystemRandom()));
  return { store, root, close: () => rm(folder, { recursive: true, force: true }) };
}

describeBlobStore('LocalBlobStore', localStore);

describe('the folder of a LocalBlobStore', () => {
  it('is private, and holds no traces of writes that failed', async () => {
    const { store, root, close } = await localStore();
    try {
      const broken = async function* () {
        yield Buffer.from('half');
        throw new Error('cut');
      };
      await expect(store.write('a/b', broken())).rejects.toThrow('cut');
      expect(await readdir(root)).toEqual([]);
      await store.write('a/b', (async function* () {})());
      expect(await readdir(root, { recursive: true })).toEqual(['a', join('a', 'b')]);
      expect((await stat(root)).mode & 0o077).toBe(0);
      expect((await stat(join(root, 'a', 'b'))).mode & 0o077).toBe(0);
    } finally {
      await close();
    }
  });

  it('has no folder that is empty once its blobs are deleted', async () => {
    const { store, root, close } = await localStore();
    try {
      for (const key of ['a/b/c', 'a/b/d', 'a/e']) await store.write(key, (async function* () {})());
      await store.delete('a/b/c');
      expect((await readdir(root, { recursive: true })).sort()).toEqual([
        'a',
        join('a', 'b'),
        join('a', 'b', 'd'),
        join('a', 'e'),
      ]);
      await store.delete('a/b/d');
      await store.delete('a/b/d');
      expect((await readdir(root, { recursive: true })).sort()).toEqual(['a', join('a', 'e')]);
    } finally {
      await close();
    }
  });

  it('has no folder that was made for a write which was then taken away', async () => {
    const { store, root, close } = await localStore();
    try {
      const takenAway = async function* () {
        yield Buffer.from('x');
        for await (const { id } of store.listUnfinished('a')) await store.discardUnfinished(id);
      };
      await expect(store.write('a/b/c/d', takenAway())).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await readdir(root, { recursive: true })).toEqual(['a']);
    } finally {
      await close();
    }
  });

  it('is not known of unfinished writes of a version before, which are told for each folder and erased with none', async () => {
    const { store, root, close } = await localStore();
    try {
      await store.write('a/b', (async function* () {})());
      await writeFile(join(root, '.writing-file_1'), 'x');
      await new BlobFolders(store).erase('a');
      for (const folder of ['a', 'b']) {
        for await (const found of store.listUnfinished(folder)) expect(found).toMatchObject({ key: null });
      }
      expect((await readdir(root)).sort()).toEqual(['.writing-file_1', 'a']);
    } finally {
      await close();
    }
  });

  it('may be named from where the process runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshbatch-blobs-'));
    try {
      const ids = new Ids(new SystemClock(), new SystemRandom());
      const store = new LocalBlobStore(`./${relative(process.cwd(), folder)}/./blobs/`, ids);
      expect(await store.write('a/b', (async function* () {})())).toBe(0);
      expect(await readdir(join(folder, 'blobs', 'a'))).toEqual(['b']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
