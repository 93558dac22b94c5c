import type { AcceptedBatch } from './accepted-batch';
import { checkResults } from './check-results';
import { checkRows } from './check-rows';
import { checkBought, upstreamRuns, type UpstreamRun } from './check-upstream';
import type { Cluster } from './cluster';
import { sweep } from './sweep';
import type { Violation } from './violation';

/** Requests at a time. */
const AT_ONCE = 8;
/** For the reconciliation to remove what faults left; the processes are given {@link OFTEN}. */
const SWEEP_MS = 60_000;

export interface InvariantOptions {
  /** Codes that whole jobs were made to fail with; none, when left out. */
  readonly jobFailures?: readonly string[];
}

/**
 * Everything that must hold of a cluster once the dust has settled: of each accepted batch, of the rows, the blobs and the
 * vendors, where nothing is left that the reconciliation does not remove. An API process and a worker must be running.
 */
export async function checkInvariants(
  cluster: Cluster,
  accepted: readonly AcceptedBatch[],
  { jobFailures = [] }: InvariantOptions = {},
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
    ...checkBought(runs),
    ...(await sweep(cluster, SWEEP_MS)),
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
