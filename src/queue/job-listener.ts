import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Database } from '../persistence/database';
import { JobQueue } from './job-queue';

const RECONNECT_MS = 1000;

/** Hears of jobs that other processes enqueue, on a connection of its own; polling covers what it misses. */
@Injectable()
export class JobListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new SafeLogger(JobListener.name);
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.queue.works && this.database.facts.canListen) this.done = this.listenForever();
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
      await runner.query(`LISTEN "${this.queue.channel}"`);
      await new Promise<void>((resolve, reject) => {
        client.once('error', reject);
        client.once('end', resolve);
        this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (this.stopping.signal.aborted) await runner.query(`UNLISTEN "${this.queue.channel}"`);
    } finally {
      client.off('notification', wake);
    }
  }
}
