import fs, { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemRandom } from '../../common/random';
import { UsageError } from './exit-code';
import { RunStateFile, type RunState } from './run-state';

const STATE: RunState = {
  version: 1,
  base_url: 'http://127.0.0.1:3000',
  request_hash: 'ab',
  idempotency_key: 'meshbatch-cli-1',
  created_at: 1_795_000_000,
  batch_id: null,
};

describe('RunStateFile', () => {
  let folder: string;
  let file: RunStateFile;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-state-'));
    file = new RunStateFile(join(folder, 'results.jsonl'), new SystemRandom());
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads what was written last, and nothing once it is removed', async () => {
    expect(await file.read()).toBeNull();
    await file.write(STATE);
    expect(await file.read()).toEqual(STATE);
    await file.write({ ...STATE, batch_id: 'batch_1' });
    expect(await file.read()).toEqual({ ...STATE, batch_id: 'batch_1' });
    expect(await readdir(folder)).toEqual(['results.jsonl.meshbatch']);
    await file.remove();
    expect(await file.read()).toBeNull();
  });

  it.each(['', '{}', 'null', JSON.stringify({ ...STATE, version: 2 }), JSON.stringify({ ...STATE, batch_id: 7 })])(
    'refuses %j, and says what to do',
    async (text) => {
      await writeFile(file.path, text);
      await expect(file.read()).rejects.toThrow(UsageError);
      await expect(file.read()).rejects.toThrow(/Remove it to start anew/);
    },
  );

  it.each(['with', 'without'])('lets only one run begin, on a file system %s links', async (links) => {
    const failure = Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
    const linked = links === 'without' ? jest.spyOn(fs, 'link').mockRejectedValue(failure) : null;
    const begun = await Promise.allSettled(
      ['a', 'b', 'c'].map((idempotency_key) => file.create({ ...STATE, idempotency_key })),
    );
    linked?.mockRestore();
    const first = begun.findIndex(({ status }) => status === 'fulfilled');
    const others = begun.toSpliced(first, 1);
    expect(await file.read()).toEqual({ ...STATE, idempotency_key: 'abc'[first] });
    for (const other of others) expect(other).toMatchObject({ reason: { message: /Another run has begun/ } });
    expect(await readdir(folder)).toEqual(['results.jsonl.meshbatch']);
  });
});
