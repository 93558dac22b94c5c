import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { SafeLogger } from '../common/safe-logger';
import { Metrics } from '../metrics/metrics';
import { JobQueue } from './job-queue';
import type { JobHandler } from './job';

const POLL_MS = 1000;
const CONCURRENCY = 8;

/**
 * Fetches jobs and runs their handlers. A loop of ours because pg-boss's own `work()` does not await its
 * completion: a database error there would end the process.
 */
@Injectable()
export class JobWorker {
  private readonly logger = new SafeLogger(JobWorker.name);
  private readonly handlers = new Map<string, JobHandler>();
  private readonly jobs: Counter<'queue' | 'outcome'>;
  private loops: Promise<void>[] = [];
  private stopping = false;

  constructor(
    private readonly queue: JobQueue,
    metrics: Metrics,
  ) {
    this.jobs = metrics.counter({
      name: 'meshbatch_jobs_total',
      help: 'Jobs that this process ran, by their queue: done, or failed and to be tried again',
      labelNames: ['queue', 'outcome'],
    });
  }

  /** Names the handler of a queue; throws when it has one already. */
  register(queue: string, handler: JobHandler): void {
    if (this.handlers.has(queue)) throw new Error(`The queue ${queue} has a handler already`);
    this.handlers.set(queue, handler);
  }

  start(): void {
    this.loops = [...this.handlers].map(([queue, handler]) => this.loop(queue, handler));
  }

  /** Stops fetching and waits for what is in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const queue of this.handlers.keys()) this.queue.wakeOf(queue).now();
    await Promise.all(this.loops);
  }

  private async loop(queue: string, handler: JobHandler): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!this.stopping) {
      const free = CONCURRENCY - running.size;
      const jobs = free > 0 ? await this.queue.boss.fetch(queue, { batchSize: free, includeMetadata: true }) : [];
      for (const job of jobs) {
        const run: Promise<void> = this.run(queue, job.id, job.singletonKey ?? '', handler).finally(() => {
          running.delete(run);
          this.queue.wakeOf(queue).now();
        });
        running.add(run);
      }
      await this.queue.wakeOf(queue).sleep(POLL_MS);
    }
    await Promise.all(running);
  }

  private async run(queue: string, id: string, key: string, handler: JobHandler): Promise<void> {
    try {
      await handler(key);
      await this.queue.boss.complete(queue, id);
      this.jobs.inc({ queue, outcome: 'done' });
    } catch (error) {
      this.jobs.inc({ queue, outcome: 'failed' });
      this.logger.error({ err: error, queue, key }, 'A job failed');
      await this.queue.boss.fail(queue, id, { message: String(error) }).catch((cause: unknown) => {
        // The database is away; the job stays active until it expires, and the row's own time brings it back before.
        this.logger.error({ err: cause, queue, key }, 'A failed job could not be marked');
      });
    }
  }
}
