import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BlobNotFoundError } from '../blobs/blob-store';
import { LocalBlobStore } from '../blobs/local/local-blob-store';
import { SystemClock } from '../common/clock';
import { Ids } from '../common/ids';
import { SystemRandom } from '../common/random';
import { BlobFolders } from './blob-folders';
import { SegmentReader } from './segment-reader';
import type { FileSegment } from './stored-file.entity';

describe('BlobFolders', () => {
  let root: string;
  let blobs: LocalBlobStore;
  let folders: BlobFolders;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'meshbatch-folders-'));
    blobs = new LocalBlobStore(root, new Ids(new SystemClock(), new SystemRandom()));
    folders = new BlobFolders(blobs);
  });
  afterEach(() => rm(root, { recursive: true }));

  const put = (key: string, text = 'x') => blobs.write(key, Readable.from([Buffer.from(text)]));
  async function keys(): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of blobs.list('batches')) found.push(key);
    return found.sort();
  }

  it('erases a folder however many blobs are in it, and no other that begins like it', async () => {
    const parts = Array.from({ length: 40 }, (_, part) => `batches/one/parts/${part}/results-1.jsonl`);
    const others = ['batches/on/input.jsonl', 'batches/one-more/input.jsonl'];
    for (const key of [...parts, 'batches/one/input.jsonl', ...others]) await put(key);
    await folders.erase('batches/one');
    expect(await keys()).toEqual(others);
    await folders.erase('batches/one');
    expect(await keys()).toEqual(others);
  });

  it('cuts short whoever reads meanwhile, by an error and never by an early end', async () => {
    const segments = ['a', 'b'].map((name): FileSegment => {
      return { key: `batches/one/${name}`, indexKey: null, view: 'all', bytes: 1_000_000 };
    });
    for (const { key, bytes } of segments) await put(key, 'x'.repeat(bytes));
    const read = async () => {
      for await (const chunk of new SegmentReader(blobs).read(segments)) {
        expect(chunk.length).toBeGreaterThan(0);
        await folders.erase('batches/one');
      }
    };
    await expect(read()).rejects.toBeInstanceOf(BlobNotFoundError);
  });
});
