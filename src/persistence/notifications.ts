import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Database } from './database';

const RECONNECT_MS = 1000;

type Heard = (payload: string) => void;

/**
 * Hears what any process tells by NOTIFY: all channels on one connection of its own, which is taken once somebody wants to
 * hear. What is told while the connection is lost is missed, so who hears must poll too.
 */
@Injectable()
export class Notifications implements BeforeApplicationShutdown {
  private readonly logger = new SafeLogger(Notifications.name);
  private readonly stopping = new AbortController();
  private readonly channels = new Map<string, Heard>();
  /** The connection that hears of all channels that were known when it began. */
  private listening: QueryRunner | null = null;
  private done: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Calls `heard` with the payload of whatever is told on a channel from now on, where the database lets it be heard. */
  hear(channel: string, heard: Heard): void {
    const isKnown = this.channels.has(channel);
    this.channels.set(channel, heard);
    if (isKnown || !this.database.facts.canListen) return;
    this.done ??= this.listenForever();
    // A connection that fails here is lost, which is noticed where it listens.
    void this.listening?.query(listenTo(channel)).catch(() => undefined);
  }

  /** Before the connections of others are closed: this one is given back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async listenForever(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const runner = this.database.dataSource.createQueryRunner();
      await this.listen(runner)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'Lost the connection that listens'))
        .finally(() => runner.release());
      await this.clock.sleep(RECONNECT_MS, this.stopping.signal);
    }
  }

  private async listen(runner: QueryRunner): Promise<void> {
    const client = (await runner.connect()) as Client;
    const tell = ({ channel, payload = '' }: { channel: string; payload?: string }) =>
      this.channels.get(channel)?.(payload);
    client.on('notification', tell);
    try {
      // A channel that is added meanwhile is among them: a map is walked to its end.
      for (const channel of this.channels.keys()) await runner.query(listenTo(channel));
      this.listening = runner;
      await this.lost(client);
      if (this.stopping.signal.aborted) await runner.query('UNLISTEN *');
    } finally {
      this.listening = null;
      client.off('notification', tell);
    }
  }

  /** Resolves when the connection ends or is wanted no more. */
  private lost(client: Client): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.stopping.signal.aborted) return resolve();
      client.once('error', reject);
      client.once('end', resolve);
      this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

function listenTo(channel: string): string {
  return `LISTEN "${channel}"`;
}
