import type { EntityManager } from 'typeorm';
import { afterCommit } from '../../../src/persistence/transaction-context';
import type { Job, JobHandler } from '../../../src/queue/job';
import type { Actor } from '../kernel/actor';
import type { Seeded } from '../kernel/seeded';
import type { Scheduler } from '../kernel/scheduler';

/** What becomes of a job, which is only a wake-up: it may come late, twice, or never. */
export interface JobFates {
  fateOf(owner: Actor, job: Job): 'lost' | 'doubled' | undefined;
}

interface Subscriber {
  readonly owner: Actor;
  readonly handlers: ReadonlyMap<string, JobHandler>;
}

/** The jobs of a history, run by whichever process that works comes first. */
export class SimulatedJobs {
  private readonly waiting = new Set<string>();
  private workers: Subscriber[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Seeded,
    private readonly world: Actor,
    private readonly fates: JobFates,
  ) {}

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  subscribe(worker: Subscriber): void {
    this.workers.push(worker);
  }

  /** Of several waiting jobs of one queue and key one is kept. */
  push(owner: Actor, job: Job): void {
    const name = `${job.queue} ${job.key}`;
    const fate = this.fates.fateOf(owner, job);
    if (fate === 'lost' || this.waiting.has(name)) return;
    this.waiting.add(name);
    this.offer(name, job);
    if (fate === 'doubled') this.offer(name, job);
  }

  isWaiting({ queue, key }: Job): boolean {
    return this.waiting.has(`${queue} ${key}`);
  }

  private offer(name: string, job: Job): void {
    this.scheduler.add({
      owner: this.world,
      label: `job ${name}`,
      canRun: () => this.awake().length > 0,
      run: () => {
        this.waiting.delete(name);
        // What a handler throws is its process's affair: the row's own time brings the job back.
        void this.random
          .pick(this.awake())
          .handlers.get(job.queue)?.(job.key)
          .catch(() => undefined);
      },
    });
  }

  private awake(): Subscriber[] {
    this.workers = this.workers.filter(({ owner }) => !owner.isDead);
    return this.workers.filter(({ owner }) => !owner.isStopped);
  }
}

/** In the place of `JobQueue`. */
export class SimulatedQueue {
  constructor(
    private readonly owner: Actor,
    private readonly jobs: SimulatedJobs,
    readonly works: boolean,
  ) {}

  /** Stores a job with the transaction that needs it. */
  async enqueue(job: Job, _tx: EntityManager): Promise<void> {
    afterCommit(() => this.jobs.push(this.owner, job));
  }

  async waiting(jobs: readonly Job[]): Promise<Job[]> {
    return jobs.filter((job) => this.jobs.isWaiting(job));
  }

  async enqueueNew(jobs: readonly Job[], tx: EntityManager): Promise<void> {
    for (const job of jobs) await this.enqueue(job, tx);
  }
}

/** In the place of `JobWorker`. */
export class SimulatedWorker {
  private readonly handlers = new Map<string, JobHandler>();

  constructor(
    private readonly owner: Actor,
    private readonly jobs: SimulatedJobs,
  ) {}

  register(queue: string, handler: JobHandler): void {
    this.handlers.set(queue, handler);
  }

  start(): void {
    this.jobs.subscribe({ owner: this.owner, handlers: this.handlers });
  }

  async stop(): Promise<void> {
    // A simulated process ends by dying.
  }
}
