import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, planBatch, type PlannedBatch } from '../cluster/accepted-batch';
import type { BatchBody } from '../service/api-client';
import { eventually } from '../service/leftovers';
import { BLOWS, passDeadline, type PointRun } from './blows';
import { checkPoint } from './checks';
import { PART_ITEMS, type CrashLane } from './crash-lane';
import { spoilNext } from './downloads';
import type { FaultPoint, Story, Strike } from './fault-point';
import { hold } from './moments';
import { rowsOf } from './rows';

const ENDS: Readonly<Record<Story, readonly string[]>> = {
  plain: ['completed'],
  cancelled: ['cancelled'],
  expired: ['expired'],
};
const TERMINAL = ['completed', 'failed', 'cancelled', 'expired'];
/** A lease must lapse, a create is looked for, and the machine may be busy. */
const END_MS = 60_000;
/** Until the fault is reached. */
const STRIKE_MS = 30_000;
const LOOK_MS = 50;

export interface PointReport {
  readonly takeOverMs: number | null;
}

/** Runs a point on a lane: a batch, the fault, and then everything that must hold whatever failed. */
export async function runPoint(lane: CrashLane, point: FaultPoint, tag: string): Promise<PointReport> {
  const planned = planBatch(tag, 'openai', point.items ?? PART_ITEMS, 2);
  const jobsBefore = lane.simulator.bought().length;
  const story = point.story ?? 'plain';
  if (story !== 'plain' || point.slow) lane.simulator.hold('in_progress', 1);

  const striking = story === 'plain' ? await arm(lane, point.strike) : null;
  const batchId = createUntilStored(lane, planned);
  batchId.catch(() => undefined);
  const run: PointRun = { lane, batchId, ended: async () => waitForEnd(lane, await batchId), takeOverMs: null };
  const struck = striking ?? (await tell(run, story, point.strike));
  const strike = await struck.reached;
  if (point.slow) lane.simulator.release();
  await strike(run);

  const batch = await waitForEnd(lane, await batchId);
  lane.simulator.release();
  lane.simulator.faults.clear();
  const jobs = lane.simulator.bought().slice(jobsBefore);
  const accepted = { ...planned, id: batch.id, ownerId: '' };
  await checkPoint(lane, { point, accepted, batch, jobs, ends: point.ends ?? ENDS[story] });
  return { takeOverMs: run.takeOverMs };
}

/** A fault that is to come; `reached` resolves once it is there, to what then remains to be done. */
interface Armed {
  readonly reached: Promise<(run: PointRun) => Promise<void>>;
}

async function arm(lane: CrashLane, strike: Strike): Promise<Armed> {
  if ('at' in strike) {
    const { reached } = await hold(lane, strike.at);
    return { reached: reached.then((held) => (run) => BLOWS[strike.blow](run, held)) };
  }
  if ('full' in strike) return fillDisk(lane, strike);
  if ('download' in strike) return waitingFor(spoilNext(lane, strike.download));
  for (const fault of strike.upstream) lane.simulator.faults.add(fault);
  return waitingFor(() => eventually('the faults struck', async () => lane.simulator.faults.pending === 0, STRIKE_MS));
}

async function fillDisk(lane: CrashLane, { full, operation }: Extract<Strike, { full: unknown }>): Promise<Armed> {
  const disk = await lane.orders.fill(full, operation);
  return waitingFor(async () => {
    await eventually('the disk was full', async () => disk.hits() > 0, STRIKE_MS);
    await disk.lift();
  });
}

function waitingFor(struck: () => Promise<void>): Armed {
  return { reached: Promise.resolve(struck) };
}

/** Lets the provider run the first item, and then tells the batch to stop, with the fault armed before. */
async function tell({ lane, batchId }: PointRun, story: Story, strike: Strike): Promise<Armed> {
  const id = await batchId;
  const runs = async () => {
    const { parts } = await rowsOf(lane, id);
    return (
      parts.every((part) => part.remote_state === 'in_progress') && lane.simulator.bought().at(-1)?.ran.length === 1
    );
  };
  await eventually('the job runs, and that is known', runs, STRIKE_MS);
  const armed = await arm(lane, strike);
  if (story === 'expired') void passDeadline(lane, id);
  else void cancelUntilTold(lane, id);
  return armed;
}

/** Creates a batch as a client does that is not told whether it was stored: it looks, and asks again when it was not. */
async function createUntilStored(lane: CrashLane, planned: PlannedBatch): Promise<string> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const answer = await lane
      .client()
      .create(bodyOf(planned))
      .catch(() => null);
    if (answer?.status === 200) return answer.body.id;
    if (answer !== null && answer.status < 500) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
    const stored = (await listed(lane, deadline)).filter(({ metadata }) => metadata?.tag === planned.tag);
    if (stored.length > 1) throw new Error('One create stored two batches');
    if (stored[0]) return stored[0].id;
  }
}

async function cancelUntilTold(lane: CrashLane, id: string): Promise<void> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const batch = await lane
      .client()
      .cancel(id)
      .catch(() => null);
    if (batch?.id === id) return;
    await listed(lane, deadline);
  }
}

async function waitForEnd(lane: CrashLane, id: string): Promise<BatchBody> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const batch = await lane
      .client()
      .get(id)
      .catch(() => null);
    if (batch && TERMINAL.includes(batch.status)) return batch;
    if (Date.now() > deadline) throw new Error(`The batch is still ${JSON.stringify(batch)}`);
    await sleep(LOOK_MS);
  }
}

/** The last batches, as soon as the API answers. */
async function listed(lane: CrashLane, deadline: number): Promise<BatchBody[]> {
  for (;;) {
    const path = '/v1/batches?limit=20';
    const answer = await lane
      .client()
      .send<{ data: BatchBody[] }>('GET', path)
      .catch(() => null);
    if (answer?.status === 200) return answer.body.data;
    if (Date.now() > deadline) throw new Error('The API does not come back');
    await sleep(LOOK_MS);
  }
}
