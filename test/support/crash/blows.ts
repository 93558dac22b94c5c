import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../service/leftovers';
import type { CrashLane } from './crash-lane';
import type { Blow } from './fault-point';
import type { Held } from './orders';
import { rowsOf, type PartRow } from './rows';

/** The time within which a dead worker's part is taken over. */
export const TAKE_OVER_MS = 30_000;
/** A cancel may have to wait for the transaction in which the process stands. */
const CANCEL_MS = 300;
/** What a process that wakes up does with what it held: nothing, which no event tells. */
const WAKE_MS = 1500;
/** Some polls. */
const LATE_MS = 1000;

/** A point under way. */
export interface PointRun {
  readonly lane: CrashLane;
  /** The batch, as soon as it is stored. */
  readonly batchId: Promise<string>;
  /** Resolves when the batch has ended. */
  readonly ended: () => Promise<unknown>;
  /** Milliseconds from the death of a worker to the next lease on its part; null when no lease was held. */
  takeOverMs: number | null;
}

export const BLOWS: Readonly<Record<Blow, (run: PointRun, held: Held) => Promise<void>>> = {
  kill,
  stop,
  cut: async ({ lane }, { pid, goOn }) => {
    lane.byPid(pid).proxy?.cutAll();
    goOn();
  },
  'cut at COMMIT': async ({ lane }, held) => cutAtCommit(lane, held, 'before'),
  'cut after COMMIT': async ({ lane }, held) => cutAtCommit(lane, held, 'after'),
  cancel: async ({ lane, batchId }, { goOn }) => {
    const cancelled = lane.client().cancel(await batchId);
    await Promise.race([cancelled, sleep(CANCEL_MS)]);
    goOn();
    await cancelled;
  },
  expire: async ({ lane, batchId }, { goOn }) => {
    const id = await batchId;
    await passDeadline(lane, id);
    await deadlineNoted(lane, id);
    goOn();
  },
  'end late': async ({ lane, batchId }, { goOn }) => {
    lane.simulator.hold('cancelling');
    goOn();
    await sleep(LATE_MS);
    expect((await rowsOf(lane, await batchId)).parts.map(({ state }) => state)).toEqual(['running']);
    lane.simulator.release('cancelling');
  },
};

/** Puts a batch's deadline into the past. */
export async function passDeadline(lane: CrashLane, batchId: string): Promise<void> {
  await lane.rows.query(
    `UPDATE meshbatch_batches SET expires_at = now() - interval '1 minute' WHERE id = '${batchId}'`,
  );
}

async function deadlineNoted(lane: CrashLane, batchId: string): Promise<void> {
  const noted = `SELECT id FROM meshbatch_batches WHERE id = '${batchId}' AND deadline_passed_at IS NOT NULL`;
  await eventually('the deadline is noted', async () => (await lane.rows.query(noted)).length > 0);
}

async function kill(run: PointRun, { pid, goOn }: Held): Promise<void> {
  const { lane } = run;
  const victim = lane.byPid(pid);
  const takesParts = lane.kind === 'server' && victim !== lane.processes[0];
  const leased = takesParts ? (await rowsOf(lane, await run.batchId)).parts.filter(isToBeTaken) : [];
  await victim.kill();
  const diedAt = Date.now();
  // What the process has asked for takes place all the same.
  goOn();
  if (leased.length > 0) {
    const taken = async () => isTakenOver(leased, (await rowsOf(lane, await run.batchId)).parts);
    await eventually('another worker takes over', taken, TAKE_OVER_MS);
    run.takeOverMs = Date.now() - diedAt;
  }
  await victim.start();
}

async function stop(run: PointRun, { pid, goOn }: Held): Promise<void> {
  const { lane } = run;
  process.kill(pid, 'SIGSTOP');
  goOn();
  try {
    await run.ended();
    const id = await run.batchId;
    await eventually('its leases are given back', async () => !(await rowsOf(lane, id)).parts.some(isLeased));
    const before = { rows: await rowsOf(lane, id), ran: ran(lane) };
    process.kill(pid, 'SIGCONT');
    await sleep(WAKE_MS);
    expect({ rows: await rowsOf(lane, id), ran: ran(lane) }).toEqual(before);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** What was run upstream, and is paid for. */
function ran(lane: CrashLane): readonly string[] {
  return lane.simulator.bought().flatMap((job) => job.ran);
}

/** The process stands before its COMMIT, which is the next that goes through its proxy. */
async function cutAtCommit(lane: CrashLane, { pid, goOn }: Held, cut: 'before' | 'after'): Promise<void> {
  const { proxy } = lane.byPid(pid);
  const before = proxy?.cuts ?? 0;
  proxy?.cutNext(cut);
  goOn();
  await eventually('a COMMIT is cut', async () => proxy !== null && proxy.cuts > before);
}

function isLeased(part: PartRow): boolean {
  return part.lease_holder !== null;
}

/** Nobody takes over a part that has ended and was only being cleared up after. */
function isToBeTaken(part: PartRow): boolean {
  return isLeased(part) && part.state !== 'ended';
}

/** Each has a new lease, or has ended: of two parts the other may be with a worker that lives. */
function isTakenOver(leased: readonly PartRow[], parts: readonly PartRow[]): boolean {
  const isDone = (part: PartRow, { id, fence }: PartRow) =>
    part.id === id && (part.fence > fence || part.state === 'ended');
  return leased.every((before) => parts.some((part) => isDone(part, before)));
}
