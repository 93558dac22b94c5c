import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../support/cluster/cluster';
import type { ClusterProcess } from '../support/cluster/cluster-process';
import type { History } from './history';

const LOOK_MS = 250;

/** Starts again what has ended, as whatever runs services does, unless it is to be down. */
export class Supervisor {
  private readonly stopping = new AbortController();
  private readonly down = new Set<ClusterProcess>();
  private readonly starting = new Set<ClusterProcess>();
  private readonly running: Promise<void>;

  constructor(
    private readonly cluster: Cluster,
    private readonly history: History,
  ) {
    this.running = this.watch();
  }

  /** Whether the process is there and not being started. */
  isUp(process: ClusterProcess): boolean {
    return process.runs && !this.down.has(process) && !this.starting.has(process);
  }

  /** Kills a process, which is started again after that time. */
  async kill(process: ClusterProcess, downMs: number): Promise<void> {
    this.down.add(process);
    await process.kill();
    await sleep(downMs);
    this.down.delete(process);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves once every process runs. */
  async allUp(): Promise<void> {
    while (!this.cluster.processes.every((process) => this.isUp(process))) await sleep(LOOK_MS);
  }

  private async watch(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      for (const process of this.cluster.processes) {
        if (!process.runs && !this.down.has(process) && !this.starting.has(process)) void this.start(process);
      }
      await sleep(LOOK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async start(process: ClusterProcess): Promise<void> {
    this.starting.add(process);
    try {
      await process.start();
      this.history.note('started', process.name);
    } catch (error) {
      // Its database may be cut off just now: it is tried again.
      this.history.note('did not start', { process: process.name, error: String(error) });
    } finally {
      this.starting.delete(process);
    }
  }
}
