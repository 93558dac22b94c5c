import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { SafeLogger } from '../../common/safe-logger';
import {
  DEFAULT_RECONCILE_MS,
  DEFAULT_SWEEP_MS,
  EXECUTION_OPTIONS,
  type ExecutionModuleOptions,
} from '../execution.module-definition';
import { ExecutionMetrics } from '../execution-metrics';
import { Loop } from '../loop';
import { PartLeases } from '../part-leases';
import { CHECKS, type Check, type Finding } from './check';
import { TurnsStore } from './turns.store';

const LONGEST_LOOK_MS = 15_000;

/** A periodic pass over rows, blobs, jobs and providers, once for the cluster: what does not fit together is put right and told. */
@Injectable()
export class Reconciler {
  private readonly logger = new SafeLogger(Reconciler.name);
  private readonly loop: Loop;
  private readonly everyMs: Readonly<Record<Check['scope'], number>>;

  constructor(
    @Inject(EXECUTION_OPTIONS)
    { reconcileMs = DEFAULT_RECONCILE_MS, sweepMs = DEFAULT_SWEEP_MS }: ExecutionModuleOptions,
    @Inject(CHECKS) private readonly checks: readonly Check[],
    private readonly turns: TurnsStore,
    private readonly leases: PartLeases,
    private readonly counts: ExecutionMetrics,
    clock: Clock,
  ) {
    this.everyMs = { rows: reconcileMs, blobs: sweepMs };
    this.loop = new Loop('reconciliation', clock);
  }

  start(): void {
    this.loop.start(Math.min(LONGEST_LOOK_MS, ...Object.values(this.everyMs)), () => this.passes());
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async passes(): Promise<void> {
    for (const scope of ['rows', 'blobs'] as const) {
      if (this.leases.stopped.aborted) return;
      if (!(await this.turns.take(`reconcile.${scope}`, this.everyMs[scope]))) continue;
      for (const check of this.checks.filter((one) => one.scope === scope)) await this.run(check);
    }
  }

  /** A check that fails holds up none of the others. */
  private async run(check: Check): Promise<void> {
    try {
      for await (const finding of check.find()) {
        if (this.leases.stopped.aborted) return;
        await this.treat(check, finding);
      }
    } catch (error) {
      this.logger.error({ err: error, check: check.kind }, 'A check of the reconciliation failed');
    }
  }

  private async treat({ kind }: Check, { subject, message, repair }: Finding): Promise<void> {
    const told = { check: kind, subject };
    this.counts.findings.inc({ kind });
    if (!repair) return this.logger.warn(told, message);
    try {
      if (!(await repair())) return;
      this.counts.repairs.inc({ kind });
      this.logger.warn(told, `Put right: ${message}`);
    } catch (error) {
      this.logger.error({ ...told, err: error }, `Could not be put right: ${message}`);
    }
  }
}
