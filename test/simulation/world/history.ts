import type { LoggerService } from '@nestjs/common';
import { WORLD } from '../kernel/actor';
import { derive } from '../kernel/seeded';
import type { Timer } from '../kernel/scheduler';
import type { OneSession } from '../ports/one-session';
import { Clients } from './clients';
import { Faults, type FiredFault } from './faults';
import { judge } from './judge';
import { nextDue } from './idle';
import { LARGEST_SKEW_MS, planOf, type Plan } from './plan';
import { Watch } from './watch';
import { World } from './world';

const HOUR = 3_600_000;
/** A batch's day, the hour of its drain, and what crashes and tries again take beside them. */
const LONGEST_MS = 28 * HOUR;
/**
 * What still goes by intervals of polls, which are up to an hour here: the drain's end is noticed at the next look-up (3) and the poll
 * behind it (1), and rows that the provider counts and does not show are read for five more; the job's own end may show some of them
 * at the last of these, and the rest is then waited for as long again. Each may be a tenth longer.
 */
const LAST_POLLS = 16;
const MOST_STEPS = 50_000;
export interface HistoryOptions {
  readonly seed: number;
  /** Decisions that may go wrong; any when left out. */
  readonly only?: ReadonlySet<number>;
  /** Only the first batches of the plan; all when left out. */
  readonly batches?: number;
  /** Whether its steps are kept for people; false when left out. */
  readonly keepsTrace?: boolean;
}

export interface HistoryResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly fired: readonly FiredFault[];
  readonly crashes: number;
  readonly steps: number;
  readonly batches: number;
  readonly items: number;
  /** Equal for two runs that were the same. */
  readonly hash: string;
  /** Every step, if they are kept. */
  readonly trace: readonly string[];
}

export interface HistoryPlace {
  readonly session: OneSession;
  readonly scratchFolder: string;
  readonly log: LoggerService;
}

/** Runs one history from its seed to its end. */
export async function runHistory(place: HistoryPlace, options: HistoryOptions): Promise<HistoryResult> {
  const whole = planOf(options.seed);
  const plan: Plan = { ...whole, batches: whole.batches.slice(0, options.batches) };
  await place.session.empty();
  const faults = new Faults({ seed: derive(options.seed, 6), rate: plan.faultRate, only: options.only ?? null });
  const watch = new Watch(plan);
  const world = new World({ ...place, plan, faults, watch, keepsTrace: options.keepsTrace ?? false });
  for (const process of plan.processes) world.start(process);
  const clients = new Clients(world);
  world.scheduler.after(WORLD, plan.faultsUntil, 'faults end', () => faults.end());
  await run(world, clients, watch);
  if (watch.violations.length === 0) await judge(world, watch, clients);
  const hash = world.scheduler.trace.end();
  await world.end();
  return {
    seed: options.seed,
    violations: watch.violations,
    fired: faults.fired,
    crashes: world.crashes,
    steps: world.scheduler.steps,
    batches: watch.batches.size,
    items: [...watch.batches.values()].reduce((sum, { total }) => sum + total, 0),
    hash,
    trace: world.scheduler.trace.lines,
  };
}

async function run(world: World, clients: Clients, watch: Watch): Promise<void> {
  const { scheduler } = world;
  // A batch that was made so long ago has ended.
  const longest = LONGEST_MS + LAST_POLLS * world.plan.pollIntervalMs;
  let [batches, latest] = [0, scheduler.now + longest];
  for (;;) {
    if (watch.violations.length > 0) return;
    // One may be made only when another has ended: its owner had no room for it.
    if (watch.batches.size > batches) [batches, latest] = [watch.batches.size, scheduler.now + longest];
    if (await scheduler.step()) {
      if (scheduler.steps < MOST_STEPS) continue;
      return watch.violate('the history has no end');
    }
    if (clients.areDone && watch.allEnded && !world.network.isBusy) return;
    if (scheduler.now > latest) return watch.violate('not all batches ended in time');
    if (isIdle(world, clients)) await sleepOn(world);
    else scheduler.advanceTo(scheduler.nextTime());
  }
}

/** Whether nothing is under way but the pauses of loops. */
function isIdle({ scheduler, network, jobs }: World, clients: Clients): boolean {
  if (network.isBusy || !jobs.isEmpty || clients.isBusy) return false;
  return scheduler.timers.every(({ owner, isLoop }) => owner === WORLD || owner.isStopped || isLoop);
}

/**
 * Puts the clock to the next event. Until there is something to do the loops of idle processes would look in vain, and may as well
 * sleep; then it is enough that those of one process wake.
 */
async function sleepOn({ scheduler, session, processes, random }: World): Promise<void> {
  const happens = scheduler.nextTime(({ owner }) => owner === WORLD);
  const due = (await nextDue(session)) + LARGEST_SKEW_MS;
  if (happens < due) return scheduler.advanceTo(happens, ({ owner }) => owner === WORLD);
  const workers = processes.filter(({ options, isStopped }) => options.role !== 'api' && !isStopped);
  const wakes = workers.length > 1 ? random.pick(workers) : null;
  const isAwake = ({ owner }: Timer) => wakes === null || owner === WORLD || owner === wakes;
  scheduler.advanceTo(Math.max(due === Infinity ? 0 : due, scheduler.nextTime(isAwake)), isAwake);
}
