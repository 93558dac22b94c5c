import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesBelow } from '../../../src/common/folder-walk';
import { checkBlobs, type BlobsPlace } from './check-blobs';
import type { Violation } from './violation';

const LOOK_MS = 200;
/** Settings by which the reconciliation comes as often as a test can wait for. */
export const OFTEN = { RECONCILE_INTERVAL_MS: '1000', SWEEP_INTERVAL_MS: '1000' };

/** Where something may have been left. */
export interface Littered extends BlobsPlace {
  /** Inputs of attempts that are at vendors. */
  inputs(): readonly string[];
}

/**
 * Makes what crashes left in the folder of blobs and at the vendors old enough to be removed, and waits until that is done, which it must
 * be within `waitMs`. Nothing else may go on meanwhile.
 */
export async function sweep(place: Littered, waitMs: number): Promise<Violation[]> {
  for (const deadline = Date.now() + waitMs; ; await sleep(LOOK_MS)) {
    const blobs = await checkBlobs(place);
    const inputs = place.inputs().map((id) => ({ kind: 'input left upstream', subject: id, detail: 'by an attempt' }));
    if (blobs.length + inputs.length === 0 || Date.now() > deadline) return [...blobs, ...inputs];
    await age(join(place.dataDir, 'blobs'));
    await place.rows.query('UPDATE meshbatch_leftovers SET due_at = now() WHERE due_at > now()');
  }
}

/** Gives all that is in a folder the date of the beginning of time; what goes meanwhile is passed over. */
async function age(folder: string): Promise<void> {
  for await (const path of filesBelow(folder)) {
    await utimes(path, 0, 0).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
