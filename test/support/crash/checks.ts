import type { AcceptedBatch } from '../cluster/accepted-batch';
import { checkResults } from '../cluster/check-results';
import { checkRows } from '../cluster/check-rows';
import { sweep } from '../cluster/sweep';
import type { Violation } from '../cluster/violation';
import type { BatchBody, ResultEntry } from '../service/api-client';
import { eventually } from '../service/leftovers';
import type { SimulatedJob } from '../upstreams/kit/types';
import { BATCH_LIMIT, PART_ITEMS, type CrashLane } from './crash-lane';
import type { FaultPoint } from './fault-point';
import { rowsOf } from './rows';

/** For the reconciliation to remove what the point left. */
const SWEEP_MS = 30_000;

/** A batch after its point. */
export interface EndedPoint {
  readonly point: FaultPoint;
  readonly accepted: AcceptedBatch;
  readonly batch: BatchBody;
  /** Those that came to be during the point. */
  readonly jobs: readonly SimulatedJob[];
  /** How it may have ended. */
  readonly ends: readonly string[];
}

/** Everything that must hold of the batch and of the lane, whatever failed. */
export async function checkPoint(lane: CrashLane, ended: EndedPoint): Promise<void> {
  const { point, accepted, batch, jobs, ends } = ended;
  const ran = jobs.flatMap((job) => job.ran.map(indexOf));
  expect(ends).toContain(batch.status);
  checkJobs(ended, ran);
  await leasesGone(lane, point, batch.id);
  const found = [
    ...(await checkResults(lane.client(), accepted, { ran: new Set(ran), jobFailures: [] })),
    ...(await checkRows(lane)).filter(({ kind }) => !(kind === 'lease held' && mayLeaveLease(point))),
    ...(await sweep(
      { dataDir: lane.dataDir, rows: lane.rows, bucket: null, inputs: () => lane.simulator.inputs() },
      SWEEP_MS,
    )),
    ...deathsIn(lane),
  ];
  expect(found).toEqual([]);
  await checkFiles(lane, batch);
  const { headers } = await lane.client().send('GET', '/v1/batches?limit=1');
  expect(headers.get('x-ratelimit-remaining-batches')).toBe(String(BATCH_LIMIT));
}

/** One create a part, none for a batch that was stopped before; of those that came too late nothing ran. */
function checkJobs({ point, accepted, batch, jobs }: EndedPoint, ran: readonly number[]): void {
  const parts = Math.ceil(accepted.items.length / PART_ITEMS);
  expect(jobs.length).toBeLessThanOrEqual(point.jobs ?? parts + (point.lateJobs ?? 0));
  expect(new Set(ran).size).toBe(ran.length);
  if (batch.status === 'completed') expect(jobs.filter((job) => job.ran.length > 0)).toHaveLength(parts);
}

/** Nobody gives back the lease of who was killed while it cleared up upstream: the part has ended. */
function mayLeaveLease({ strike }: FaultPoint): boolean {
  return 'blow' in strike && strike.blow === 'kill';
}

async function leasesGone(lane: CrashLane, point: FaultPoint, batchId: string): Promise<void> {
  await eventually('no lease is left', async () => {
    const { parts } = await rowsOf(lane, batchId);
    return parts.every((part) => part.lease_holder === null || (part.state === 'ended' && mayLeaveLease(point)));
  });
}

/** Output and error file are the results, each line of them once. */
async function checkFiles(lane: CrashLane, batch: BatchBody): Promise<void> {
  const linesOf = async (file: string | null) =>
    file === null ? [] : (await lane.client().content(file)).trimEnd().split('\n');
  const parsed = async (file: string | null) => (await linesOf(file)).map((line) => JSON.parse(line) as ResultEntry);
  const results = batch.results ?? [];
  expect(await parsed(batch.output_file_id)).toEqual(results.filter(isSuccess));
  expect(await parsed(batch.error_file_id)).toEqual(results.filter((entry) => !isSuccess(entry)));
}

function deathsIn({ processes }: CrashLane): Violation[] {
  return processes.flatMap(({ name, deaths }) =>
    deaths.map((detail) => ({ kind: 'process ended by itself', subject: name, detail })),
  );
}

function isSuccess({ response }: ResultEntry): boolean {
  return response !== null && response.status_code < 300;
}

/** The index of an item in our id for it. */
function indexOf(itemId: string): number {
  return Number(/^r(\d+)-/.exec(itemId)?.[1]);
}
