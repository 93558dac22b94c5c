import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import type { CollectDelay } from './collect-delay';
import { CollectStep } from './collect.step';
import type { Leftovers } from './leftovers';
import type { LeasedPart } from './part-leases';
import type { ResultsReader } from './results-reader';
import type { ResultsWriter } from './results-writer';
import type { Scratch } from './scratch';

describe('a read that is cut short', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'meshbatch-collect-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** How many times results are written of a part that has been tried for long enough, and whose read fails. */
  async function written(reason: 'provider' | 'stop'): Promise<number> {
    const stopping = new AbortController();
    const failure = new ProviderCallError('openai', 'ambiguous', 'The connection was cut');
    const read = () => {
      if (reason === 'stop') stopping.abort(new Error('The process is stopping'));
      return Promise.reject(failure);
    };
    let writes = 0;
    const write = () => Promise.resolve({ results: null, succeeded: 0, failed: 0, writes: ++writes });
    const step = new CollectStep(
      { move: () => Promise.resolve() } as unknown as BatchProgress,
      { read } as unknown as ResultsReader,
      { write } as unknown as ResultsWriter,
      { isExhausted: () => true } as unknown as CollectDelay,
      {} as Leftovers,
      { withFile: (use: (path: string) => Promise<void>) => use(join(folder, 'spool')) } as unknown as Scratch,
    );
    const part = { id: 'part_1', itemCount: 2, remoteId: 'batch_1', attemptToken: null } as PartEntity;
    const leased: LeasedPart = { part, lease: { partId: 'part_1', fence: 1 }, signal: stopping.signal };
    const run = step.run(leased, { id: 'batch_1' } as BatchEntity, {} as ProviderAdapter);
    if (reason === 'stop') await expect(run).rejects.toBe(failure);
    else await run;
    return writes;
  }

  it('by its own process gives up nothing, however often reads have failed before', async () => {
    expect(await written('stop')).toBe(0);
  });

  it('by its provider is the last one when it has been tried for long enough', async () => {
    expect(await written('provider')).toBe(1);
  });
});
