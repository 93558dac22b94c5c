import { planBatch } from '../cluster/accepted-batch';
import { eventually } from '../service/leftovers';
import { cancelUntilTold, createByKey, createUntilStored, waitForEnd } from './caller';
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
/** Until the fault is reached. */
const STRIKE_MS = 30_000;

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
  const batchId = point.byKey ? createByKey(lane, planned) : createUntilStored(lane, planned);
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
  if (story === 'expired') await passDeadline(lane, id);
  // A cancel that is never told shows in how the batch ends.
  else cancelUntilTold(lane, id).catch(() => undefined);
  return armed;
}
