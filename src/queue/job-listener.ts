import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { NOTIFY_CHANNEL } from './boss';
import { QUEUE_OPTIONS, type QueueModuleOptions } from './queue.module-definition';
import { JobQueue } from './job-queue';

const RECONNECT_MS = 1000;

/** Hears of jobs that other processes enqueue, on a connection of its own; polling covers what it misses. */
@Injectable()
export class JobListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(JobListener.name);
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    @Inject(QUEUE_OPTIONS) private readonly options: QueueModuleOptions,
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.listen && this.options.work) this.done = this.listenForever();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async listenForever(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const runner = this.database.dataSource.createQueryRunner();
      await this.listen(runner)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'Lost the connection that listens for jobs'))
        .finally(() => runner.release());
      await this.clock.sleep(RECONNECT_MS, this.stopping.signal);
    }
  }

  private async listen(runner: QueryRunner): Promise<void> {
    const client = (await runner.connect()) as Client;
    const wake = ({ payload }: { payload?: string }) => payload !== undefined && this.queue.wakeOf(payload).now();
    client.on('notification', wake);
    try {
      await runner.query(`LISTEN ${NOTIFY_CHANNEL}`);
      await new Promise<void>((resolve, reject) => {
        client.once('error', reject);
        client.once('end', resolve);
        this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (this.stopping.signal.aborted) await runner.query(`UNLISTEN ${NOTIFY_CHANNEL}`);
    } finally {
      client.off('notification', wake);
    }
  }
}
