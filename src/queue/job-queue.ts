import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type PgBoss from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Database } from '../persistence/database';
import { Notifications } from '../persistence/notifications';
import { afterCommit } from '../persistence/transaction-context';
import { bossDb, createBoss } from './boss';
import type { Job } from './job';
import { QUEUE_OPTIONS, type QueueModuleOptions } from './queue.module-definition';
import { Wake } from './wake';

const selectWaiting = (schema: string) => `SELECT job.name AS queue, job.singleton_key AS key FROM "${schema}".job
  JOIN unnest($1::text[], $2::text[]) AS asked (queue, key) ON job.name = asked.queue AND job.singleton_key = asked.key
  WHERE job.state IN ('created', 'retry')`;

/** Durable jobs on pg-boss. */
@Injectable()
export class JobQueue implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new SafeLogger(JobQueue.name);
  private readonly wakes = new Map<string, Wake>();
  readonly boss: PgBoss;
  /** Postgres channel on which workers hear of new jobs; the payload is the queue's name. */
  readonly channel: string;
  /** Whether this process runs jobs, or only enqueues them. */
  readonly works: boolean;

  constructor(
    @Inject(QUEUE_OPTIONS) { work = true }: QueueModuleOptions,
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly clock: Clock,
  ) {
    const { jobsSchema } = database.facts.placement;
    this.channel = jobsSchema;
    this.works = work;
    this.boss = createBoss(database.dataSource, { schema: jobsSchema, migrate: false, supervise: work });
    this.boss.on('error', (error) => this.logger.error({ err: error }, 'The job queue met an error'));
  }

  async onModuleInit(): Promise<void> {
    await this.boss.start();
  }

  /** Hears of jobs that other processes enqueue; polling covers what it misses. */
  onApplicationBootstrap(): void {
    if (this.works) this.notifications.hear(this.channel, (queue) => this.wakeOf(queue).now());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }

  /** Stores a job in the transaction that needs it and wakes the workers once that is committed. */
  async enqueue(job: Job, tx: EntityManager): Promise<void> {
    const { queue, key, priority = 0 } = job;
    await this.boss.send(queue, {}, { db: bossDb(tx), singletonKey: key, priority });
    await this.wakeAfterCommit(queue, tx);
  }

  /** As {@link enqueue}, all at once, for keys that nobody else enqueues: these cannot wait for each other. */
  async enqueueNew(jobs: readonly Job[], tx: EntityManager): Promise<void> {
    if (jobs.length === 0) return;
    const rows = jobs.map(({ queue, key, priority = 0 }) => ({ name: queue, data: {}, singletonKey: key, priority }));
    await this.boss.insert(rows, { db: bossDb(tx) });
    for (const queue of new Set(jobs.map((job) => job.queue))) await this.wakeAfterCommit(queue, tx);
  }

  /** Those of the jobs that wait to be run. */
  async waiting(jobs: readonly Job[]): Promise<Pick<Job, 'queue' | 'key'>[]> {
    if (jobs.length === 0) return [];
    const parameters = [jobs.map(({ queue }) => queue), jobs.map(({ key }) => key)];
    return this.database.manager.query(selectWaiting(this.channel), parameters);
  }

  private async wakeAfterCommit(queue: string, tx: EntityManager): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [this.channel, queue]);
    afterCommit(() => this.wakeOf(queue).now());
  }

  /** What a worker of that queue sleeps on. */
  wakeOf(queue: string): Wake {
    const known = this.wakes.get(queue) ?? new Wake(this.clock);
    this.wakes.set(queue, known);
    return known;
  }
}
