import type { LoggerService } from '@nestjs/common';
import { WORLD, type Actor } from '../kernel/actor';
import { quiet } from '../kernel/quiet';
import { derive, Seeded } from '../kernel/seeded';
import { Scheduler } from '../kernel/scheduler';
import { Trace } from '../kernel/trace';
import type { BackendAnswer } from '../ports/backend-messages';
import type { StoredBlobs } from '../ports/memory-blobs';
import type { OneSession } from '../ports/one-session';
import type { CallFault, FaultSource, PortCall } from '../ports/ports';
import { SimulatedJobs } from '../ports/simulated-queue';
import { Network } from '../upstream/network';
import { Vendors } from '../upstream/vendors';
import type { Faults } from './faults';
import type { Plan } from './plan';
import { SimulatedProcess, type ProcessOptions } from './simulated-process';
import type { Watch } from './watch';

const UPSTREAM_TIMEOUT_MS = 20_000;
const RESTART_MS = [1000, 30_000] as const;
/** Shorter and longer than a lease. */
const STOP_MS = [2000, 60_000] as const;

export interface WorldParts {
  readonly plan: Plan;
  readonly session: OneSession;
  readonly scratchFolder: string;
  readonly log: LoggerService;
  readonly faults: Faults;
  readonly watch: Watch;
  readonly keepsTrace: boolean;
}

/** All that the processes of a history have in common, and what becomes of them. */
export class World implements FaultSource {
  readonly scheduler: Scheduler;
  readonly blobs: StoredBlobs = new Map();
  readonly jobs: SimulatedJobs;
  readonly vendors: Vendors;
  readonly network: Network;
  readonly faults: FaultSource = this;
  readonly random: Seeded;
  private running: SimulatedProcess[] = [];
  private readonly everyProcess: SimulatedProcess[] = [];
  private started = 0;
  crashes = 0;

  constructor(private readonly parts: WorldParts) {
    const { plan, faults } = parts;
    const seed = (part: number) => new Seeded(derive(plan.seed, part));
    this.scheduler = new Scheduler(seed(2), new Trace(parts.keepsTrace));
    this.random = seed(3);
    this.jobs = new SimulatedJobs(this.scheduler, seed(4), WORLD, faults);
    this.vendors = new Vendors(this.scheduler, WORLD, plan.habits);
    const quietMs = plan.pollIntervalMs * 3;
    const times = { timeoutMs: UPSTREAM_TIMEOUT_MS, hiddenMs: quietMs, lateMs: quietMs * 4 };
    this.network = new Network(this.scheduler, WORLD, this.vendors, seed(5), faults, times);
  }

  get plan(): Plan {
    return this.parts.plan;
  }

  get session(): OneSession {
    return this.parts.session;
  }

  get scratchFolder(): string {
    return this.parts.scratchFolder;
  }

  get log(): LoggerService {
    return this.parts.log;
  }

  get processes(): readonly SimulatedProcess[] {
    return this.running;
  }

  /** Has a process start, now or when nobody is in a transaction any more. */
  start(planned: Omit<ProcessOptions, 'name' | 'seed'>): void {
    const number = this.started++;
    const options = { ...planned, name: `${planned.role}-${number}`, seed: derive(this.plan.seed, 1000 + number) };
    this.scheduler.add({
      owner: WORLD,
      label: `starts ${options.name}`,
      canRun: () => this.session.transactionOf === null,
      run: async () => {
        const process = await SimulatedProcess.make(this, options);
        this.running.push(process);
        this.everyProcess.push(process);
        process.init().catch(() => this.crash(process));
      },
    });
  }

  /** The history is over: dead continuations may now come to their ends, where nothing can be done any more. */
  async end(): Promise<void> {
    for (const process of this.everyProcess) process.end();
    await quiet();
  }

  answered({ notifications, bytes }: BackendAnswer): void {
    this.scheduler.trace.add(bytes.toString('latin1'));
    for (const notification of notifications) this.parts.watch.hear(notification, this.scheduler.now);
  }

  faultOf(owner: Actor, call: Pick<PortCall<unknown>, 'port' | 'label'>): CallFault | undefined {
    return this.parts.faults.callFault(owner, call);
  }

  /** Ends a process at once: nothing of it goes on, and after a while another one takes its place. */
  crash(owner: Actor): void {
    const process = this.running.find((each) => each === owner);
    if (!process) return;
    this.crashes++;
    process.isDead = true;
    this.running = this.running.filter((each) => each !== process);
    this.scheduler.drop(process);
    this.session.abandon(process);
    const { role, skewMs, stretch } = process.options;
    this.scheduler.after(WORLD, this.random.between(...RESTART_MS), 'restarts', () =>
      this.start({ role, skewMs, stretch }),
    );
  }

  /** Stops a process for a while. In a transaction it goes on: it would stop all others, who have one session with it. */
  stop(owner: Actor): void {
    const process = this.running.find((each) => each === owner);
    if (!process || this.session.transactionOf === owner) return;
    process.isStopped = true;
    this.scheduler.after(WORLD, this.random.between(...STOP_MS), 'continues', () => {
      process.isStopped = false;
    });
  }
}
