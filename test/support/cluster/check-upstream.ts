import type { Cluster } from './cluster';
import type { Violation } from './violation';
import type { VendorId } from './vendors';

const ITEM_ID = /^r(\d{7})-([a-z0-9]{8})$/;

/** An item that a job ran at a vendor, which was paid for. */
export interface UpstreamRun {
  readonly vendor: VendorId;
  readonly job: string;
  /** Null when the item is of no attempt of ours. */
  readonly of: { readonly part: string; readonly batch: string } | null;
  /** The item's place in its batch. */
  readonly index: number;
  readonly itemId: string;
}

/** All that was ever run at any vendor of the cluster. */
export async function upstreamRuns(cluster: Cluster): Promise<UpstreamRun[]> {
  const attempts = await cluster.rows.attempts();
  return cluster.vendors.flatMap((vendor) =>
    cluster
      .upstream(vendor)
      .bought()
      .flatMap(({ id: job, ran }) =>
        ran.map((itemId): UpstreamRun => {
          const [, index = '', token = ''] = ITEM_ID.exec(itemId) ?? [];
          return { vendor, job, of: attempts.get(token) ?? null, index: Number(index), itemId };
        }),
      ),
  );
}

/** That no item ran twice, nor in two jobs items of one part, nor anything that is not of an attempt of ours. */
export function checkBought(runs: readonly UpstreamRun[]): Violation[] {
  const found: Violation[] = [];
  const jobOfItem = new Map<string, string>();
  const jobsOfPart = new Map<string, Set<string>>();
  for (const { vendor, job, of, index, itemId } of runs) {
    if (of === null) {
      found.push({ kind: 'bought for nobody', subject: job, detail: `${vendor} ran ${itemId}` });
      continue;
    }
    const item = `${of.batch} ${index}`;
    const before = jobOfItem.get(item);
    if (before !== undefined) {
      const detail = `item ${index} ran in ${before} and in ${job} at ${vendor}`;
      found.push({ kind: 'bought twice', subject: of.batch, detail });
    }
    jobOfItem.set(item, job);
    jobsOfPart.set(of.part, (jobsOfPart.get(of.part) ?? new Set()).add(job));
  }
  for (const [part, jobs] of jobsOfPart) {
    if (jobs.size > 1) found.push({ kind: 'two jobs of a part', subject: part, detail: [...jobs].join(' and ') });
  }
  return found;
}
