import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster';

const LOOK_MS = 100;
/** A lease outlives its batch by the time that clearing up upstream takes; that of a killed worker lapses. */
const UNSETTLED = `SELECT
  (SELECT count(*) FROM meshbatch_batches WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired'))
  + (SELECT count(*) FROM meshbatch_parts WHERE lease_expires_at > now()) AS unsettled`;

/** Waits until every batch of the cluster has ended and nobody works on any; false when they have not within that time. */
export async function settle(cluster: Cluster, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const [row] = await cluster.rows.query<{ unsettled: string }>(UNSETTLED);
    if (row?.unsettled === '0') return true;
    if (Date.now() > deadline) return false;
    await sleep(LOOK_MS);
  }
}
