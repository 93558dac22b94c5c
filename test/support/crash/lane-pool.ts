import type { DatabaseKind } from '../service/test-service';
import { FULL_TIER } from '../tier';
import { CrashLane } from './crash-lane';

/** Lanes at once: what waits for a lease to lapse leaves the processor to the others. */
const MOST: Readonly<Record<DatabaseKind, number>> = FULL_TIER
  ? { server: 5, embedded: 2 }
  : { server: 2, embedded: 1 };

/** Lanes that points run on side by side, opened as they are needed. */
export class LanePool {
  private readonly free: CrashLane[] = [];
  private readonly open = new Set<CrashLane>();
  private readonly busy = { server: 0, embedded: 0 };
  private waiting: (() => void)[] = [];

  /** Runs `work` on a lane of that kind; a lane on which something failed is not used again. */
  async use<T>(kind: DatabaseKind, work: (lane: CrashLane) => Promise<T>): Promise<T> {
    while (this.busy[kind] >= MOST[kind]) await new Promise<void>((done) => this.waiting.push(done));
    this.busy[kind]++;
    try {
      return await this.run(kind, work);
    } finally {
      this.busy[kind]--;
      this.waiting.splice(0).forEach((wake) => wake());
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.open].map((lane) => lane.dispose()));
  }

  private async run<T>(kind: DatabaseKind, work: (lane: CrashLane) => Promise<T>): Promise<T> {
    const at = this.free.findIndex((lane) => lane.kind === kind);
    const lane = at < 0 ? await CrashLane.open(kind) : this.free.splice(at, 1)[0]!;
    this.open.add(lane);
    try {
      const result = await work(lane);
      this.free.push(lane);
      return result;
    } catch (error) {
      this.open.delete(lane);
      const log = lane.processes.map(({ log }) => log.slice(-3000)).join('\n--\n');
      await lane.dispose();
      throw new Error(`${String((error as Error).stack)}\n${log}`, { cause: error });
    }
  }
}
