import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkBlobs } from './check-blobs';
import { checkInputs } from './check-upstream';
import type { Cluster } from './cluster';

const LOOK_MS = 500;
/** Settings by which the reconciliation comes as often as a test can wait for. */
export const OFTEN = { RECONCILE_INTERVAL_MS: '1000', SWEEP_INTERVAL_MS: '1000' };

/** Makes what crashes left in the shared folder and at the vendors old enough to be removed, and waits until that is done; not for ever. */
export async function sweep(cluster: Cluster, waitMs: number): Promise<void> {
  await age(join(cluster.dataDir, 'blobs'));
  for (const deadline = Date.now() + waitMs; Date.now() < deadline; await sleep(LOOK_MS)) {
    await cluster.rows.query('UPDATE meshbatch_leftovers SET due_at = now() WHERE due_at > now()');
    const left = [...checkInputs(cluster), ...(await checkBlobs(cluster, 0))];
    if (left.length === 0) return;
  }
}

/** Gives all that is in a folder the date of the beginning of time. */
async function age(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => utimes(join(entry.parentPath, entry.name), 0, 0)),
  );
}
