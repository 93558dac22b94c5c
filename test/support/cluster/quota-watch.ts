import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster';
import type { Violation } from './violation';

const LOOK_MS = 100;
/** One statement sees one state of the database, so that no batch is counted beside the one that took its place. */
const ACTIVE = `SELECT owner_id AS owner, count(*)::int AS active FROM meshbatch_batches
  WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired') GROUP BY owner_id`;

/** Looks again and again whether an owner has more active batches than its limit. */
export class QuotaWatch {
  private readonly stopping = new AbortController();
  private readonly most = new Map<string, number>();
  private readonly running: Promise<void>;

  constructor(
    private readonly cluster: Cluster,
    private readonly limit: number,
  ) {
    this.running = this.watch();
    // Told by whoever stops it.
    this.running.catch(() => undefined);
  }

  /** The most active batches that any owner was seen with. */
  get highest(): number {
    return Math.max(0, ...this.most.values());
  }

  async stop(): Promise<Violation[]> {
    this.stopping.abort();
    await this.running;
    const over = [...this.most].filter(([, active]) => active > this.limit);
    return over.map(([owner, active]) => ({
      kind: 'quota',
      subject: owner,
      detail: `${active} active of ${this.limit}`,
    }));
  }

  private async watch(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      for (const { owner, active } of await this.cluster.rows.query<{ owner: string; active: number }>(ACTIVE)) {
        this.most.set(owner, Math.max(active, this.most.get(owner) ?? 0));
      }
      await sleep(LOOK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
