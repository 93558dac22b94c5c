import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type PgBoss from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { afterCommit } from '../persistence/transaction-context';
import { bossDb, createBoss, NOTIFY_CHANNEL } from './boss';
import type { Job } from './job';
import { QUEUE_OPTIONS, type QueueModuleOptions } from './queue.module-definition';
import { Wake } from './wake';

/** Durable jobs on pg-boss. */
@Injectable()
export class JobQueue implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(JobQueue.name);
  private readonly wakes = new Map<string, Wake>();
  readonly boss: PgBoss;

  constructor(
    @Inject(QUEUE_OPTIONS) options: QueueModuleOptions,
    database: Database,
    private readonly clock: Clock,
  ) {
    this.boss = createBoss(database.dataSource, { migrate: false, supervise: options.work });
    this.boss.on('error', (error) => this.logger.error({ err: error }, 'The job queue met an error'));
  }

  async onModuleInit(): Promise<void> {
    await this.boss.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }

  /** Stores a job in the transaction that needs it and wakes the workers once that is committed. */
  async enqueue(job: Job, tx: EntityManager): Promise<void> {
    await this.boss.send(job.queue, {}, { db: bossDb(tx), singletonKey: job.key });
    await tx.query('SELECT pg_notify($1, $2)', [NOTIFY_CHANNEL, job.queue]);
    afterCommit(() => this.wakeOf(job.queue).now());
  }

  /** What a worker of that queue sleeps on. */
  wakeOf(queue: string): Wake {
    const known = this.wakes.get(queue) ?? new Wake(this.clock);
    this.wakes.set(queue, known);
    return known;
  }
}
