import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanups } from './cleanups';

/** A folder that is gone after the figure. */
export async function temporaryFolder(cleanups: Cleanups): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-bench-'));
  cleanups.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
