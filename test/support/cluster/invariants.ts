import type { AcceptedBatch } from './accepted-batch';
import { checkBlobs } from './check-blobs';
import { checkResults } from './check-results';
import { checkRows } from './check-rows';
import { checkBought, checkInputs, upstreamRuns, type UpstreamRun } from './check-upstream';
import type { Cluster } from './cluster';
import type { Violation } from './violation';

/** Requests at a time. */
const AT_ONCE = 8;

export interface InvariantOptions {
  /** Age in ms above which a blob that no row names is a violation; null, the default: none is. */
  readonly orphanGraceMs?: number | null;
  /** Whether an input left at a vendor is a violation; false, when left out. */
  readonly inputs?: boolean;
  /** Codes that whole jobs were made to fail with; none, when left out. */
  readonly jobFailures?: readonly string[];
}

/**
 * Everything that must hold of a cluster once the dust has settled: of each accepted batch, of the rows, the blobs and the
 * vendors. An API process must be running.
 */
export async function checkInvariants(
  cluster: Cluster,
  accepted: readonly AcceptedBatch[],
  { orphanGraceMs = null, inputs = false, jobFailures = [] }: InvariantOptions = {},
): Promise<Violation[]> {
  const runs = await upstreamRuns(cluster);
  const ran = ranByBatch(runs);
  const check = (batch: AcceptedBatch) =>
    checkResults(clientOf(cluster, batch), batch, { ran: ran.get(batch.id) ?? new Set(), jobFailures });
  const found: Violation[] = [];
  for (let from = 0; from < accepted.length; from += AT_ONCE) {
    found.push(...(await Promise.all(accepted.slice(from, from + AT_ONCE).map(check))).flat());
  }
  const deaths = cluster.processes.flatMap(({ name, deaths: ends }) =>
    ends.map((end) => ({ kind: 'process ended by itself', subject: name, detail: end })),
  );
  return [
    ...found,
    ...deaths,
    ...(await checkRows(cluster)),
    ...(await checkBlobs(cluster, orphanGraceMs)),
    ...checkBought(runs),
    ...(inputs ? checkInputs(cluster) : []),
  ];
}

function clientOf(cluster: Cluster, { ownerId }: AcceptedBatch) {
  return cluster.client(cluster.owners.findIndex(({ id }) => id === ownerId));
}

function ranByBatch(runs: readonly UpstreamRun[]): Map<string, Set<number>> {
  const byBatch = new Map<string, Set<number>>();
  for (const { of, index } of runs) if (of) byBatch.set(of.batch, (byBatch.get(of.batch) ?? new Set()).add(index));
  return byBatch;
}
