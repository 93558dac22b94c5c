import { Inject, Injectable } from '@nestjs/common';
import { BatchDeletion } from '../batches/batch-deletion';
import { RetentionStore } from '../batches/retention.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { Erasures } from './erasures';
import { DEFAULT_RECONCILE_MS, EXECUTION_OPTIONS, type ExecutionModuleOptions } from './execution.module-definition';
import { Expiries } from './expiries';
import { Loop } from './loop';
import { PartLeases } from './part-leases';
import { TurnsStore } from './reconcile/turns.store';

const LONGEST_LOOK_MS = 15_000;
const DAY_MS = 24 * 3_600_000;
/** Batches that one pass deletes; the next goes on with the rest. */
const AT_ONCE = 500;

/** A periodic pass, once for the cluster: deletes what was kept for long enough, and erases what deleted ones have left. */
@Injectable()
export class Retention {
  private readonly logger = new SafeLogger(Retention.name);
  private readonly loop: Loop;

  constructor(
    @Inject(EXECUTION_OPTIONS) private readonly options: ExecutionModuleOptions,
    private readonly store: RetentionStore,
    private readonly deletion: BatchDeletion,
    private readonly expiries: Expiries,
    private readonly erasures: Erasures,
    private readonly turns: TurnsStore,
    private readonly leases: PartLeases,
    private readonly clock: Clock,
  ) {
    this.loop = new Loop('retention', clock);
  }

  start(): void {
    this.loop.start(Math.min(LONGEST_LOOK_MS, this.everyMs), () => this.pass());
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private get everyMs(): number {
    return this.options.reconcileMs ?? DEFAULT_RECONCILE_MS;
  }

  private async pass(): Promise<void> {
    const { stopped } = this.leases;
    if (stopped.aborted || !(await this.turns.take('retention', this.everyMs))) return;
    await this.expire(stopped);
    await this.expiries.run(stopped);
    await this.erasures.run(stopped);
  }

  private async expire(signal: AbortSignal): Promise<void> {
    const { retentionDays } = this.options;
    const cutoff = retentionDays === undefined ? null : new Date(this.clock.now() - retentionDays * DAY_MS);
    for (const id of await this.store.listPast(cutoff, AT_ONCE)) {
      if (signal.aborted) return;
      // One batch that cannot be deleted now must not hold up the others.
      await this.deletion.deleteExpired(id, cutoff).catch((error: unknown) => {
        this.logger.error({ err: error, batch_id: id }, 'A batch past its retention could not be deleted');
      });
    }
  }
}
