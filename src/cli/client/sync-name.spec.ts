import fs, { mkdtemp, open, readdir, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemRandom } from '../../common/random';
import { Results } from './results-file';
import { RunStateFile, type RunState } from './run-state';
import { syncName } from './sync-name';

const STATE = { batch_id: null } as RunState;

describe('the name of a file', () => {
  let folder: string;
  /** What was in the files of the folder whenever that was synced. */
  let synced: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sync-name-'));
    synced = [];
    const probe = await open(folder);
    const handles = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    jest.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
      if ((await this.stat()).isDirectory()) synced.push(await contents());
      else await this.datasync();
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  async function contents(): Promise<string> {
    const names = (await readdir(folder)).filter((name) => !name.endsWith('.tmp'));
    return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join();
  }

  it('outlasts a power cut, of the state of a run and of its results', async () => {
    const path = join(folder, 'results.jsonl');
    const file = new RunStateFile(path, new SystemRandom());
    await file.create(STATE);
    await file.write({ ...STATE, batch_id: 'batch_1' });
    await file.remove();
    const results = new Results({ results: async () => new Response('{}\n') }, new AbortController().signal);
    await results.toFile({ id: 'batch_1', count: 1 }, path);
    expect(synced).toEqual([
      expect.stringContaining('"batch_id": null'),
      expect.stringContaining('"batch_id": "batch_1"'),
      '{}\n',
    ]);
  });

  it('is enough where a folder cannot be synced, and no disk that fails is', async () => {
    const path = join(folder, 'a');
    await writeFile(path, '');
    const failing = (code: string) =>
      jest.spyOn(fs, 'open').mockRejectedValueOnce(Object.assign(new Error(code), { code }));
    failing('EPERM');
    await syncName(path);
    failing('EIO');
    await expect(syncName(path)).rejects.toThrow('EIO');
    expect(synced).toEqual([]);
  });
});
