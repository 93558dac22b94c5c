import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { SafeLogger } from '../../common/safe-logger';
import { ExecutionMetrics } from '../execution-metrics';
import {
  DEFAULT_RECONCILE_MS,
  DEFAULT_SWEEP_MS,
  EXECUTION_OPTIONS,
  type ExecutionModuleOptions,
} from '../execution.module-definition';
import { Loop } from '../loop';
import { PartLeases } from '../part-leases';
import { CHECKS, type Check, type Finding } from './check';
import { Installation } from './installation';
import { TurnsStore } from './turns.store';

const LONGEST_LOOK_MS = 15_000;
/** Of the findings of a check in one pass, so many are told one by one. */
const TOLD = 20;

/** A periodic pass over rows, blobs, jobs and providers, once for the cluster: what does not fit together is put right and told. */
@Injectable()
export class Reconciler {
  private readonly logger = new SafeLogger(Reconciler.name);
  /** Apart, since blobs may be millions. */
  private readonly loops: Readonly<Record<Check['scope'], Loop>>;
  private readonly everyMs: Readonly<Record<Check['scope'], number>>;

  constructor(
    @Inject(EXECUTION_OPTIONS)
    { reconcileMs = DEFAULT_RECONCILE_MS, sweepMs = DEFAULT_SWEEP_MS }: ExecutionModuleOptions,
    @Inject(CHECKS) private readonly checks: readonly Check[],
    private readonly turns: TurnsStore,
    private readonly installation: Installation,
    private readonly leases: PartLeases,
    private readonly counts: ExecutionMetrics,
    clock: Clock,
  ) {
    this.everyMs = { rows: reconcileMs, blobs: sweepMs };
    this.loops = { rows: new Loop('reconciliation', clock), blobs: new Loop('sweep of blobs', clock) };
  }

  start(): void {
    for (const scope of ['rows', 'blobs'] as const) {
      this.loops[scope].start(Math.min(LONGEST_LOOK_MS, this.everyMs[scope]), () => this.pass(scope));
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.loops.rows.stop(), this.loops.blobs.stop()]);
  }

  private async pass(scope: Check['scope']): Promise<void> {
    const { stopped } = this.leases;
    if (stopped.aborted || !(await this.turns.take(`reconcile.${scope}`, this.everyMs[scope]))) return;
    if (scope === 'blobs') await this.installation.claim(stopped);
    for (const check of this.checks) if (check.scope === scope && !stopped.aborted) await this.run(check, stopped);
  }

  /** A check that fails holds up none of the others. */
  private async run(check: Check, signal: AbortSignal): Promise<void> {
    let found = 0;
    try {
      for await (const finding of check.find(signal)) {
        await this.treat(check, finding, found++ < TOLD);
        if (signal.aborted) return;
      }
    } catch (error) {
      this.logger.error({ err: error, check: check.kind }, 'A check of the reconciliation failed');
    }
    if (found > TOLD) this.logger.warn({ check: check.kind, found }, 'There are more findings than were told');
  }

  private async treat({ kind }: Check, { subject, message, repair }: Finding, isTold: boolean): Promise<void> {
    this.counts.findings.inc({ kind });
    const told = { check: kind, subject };
    if (!repair) return isTold ? this.logger.warn(told, message) : undefined;
    try {
      if (!(await repair())) return;
      this.counts.repairs.inc({ kind });
      if (isTold) this.logger.warn(told, `Put right: ${message}`);
    } catch (error) {
      this.logger.error({ ...told, err: error }, `Could not be put right: ${message}`);
    }
  }
}
