import { Injectable } from '@nestjs/common';
import { BatchesStore } from '../batches/batches.store';
import { LeaseLostError, type Lease } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { ExecutionMetrics } from './execution-metrics';
import { PartLeases, type LeasedPart } from './part-leases';
import { PartDispatch } from './part-dispatch';
import { StepFailures } from './step-failures';

/** Runs steps of parts under leases. A job is only a wake-up: what is to be done is read from the row. */
@Injectable()
export class PartRunner {
  private readonly logger = new SafeLogger(PartRunner.name);

  constructor(
    private readonly leases: PartLeases,
    private readonly batches: BatchesStore,
    private readonly dispatch: PartDispatch,
    private readonly failures: StepFailures,
    private readonly clock: Clock,
    private readonly metrics: ExecutionMetrics,
  ) {}

  /** Takes a part further when it is free and its time has come. */
  async advance(partId: string): Promise<void> {
    await this.leases.withPart(partId, async (leased) => {
      if (leased.part.dueAt.getTime() <= this.clock.now()) await this.step(leased);
    });
  }

  /** Takes a part further whose lease was just claimed, and whose provider may have told already where its job stands. */
  async advanceClaimed(lease: Lease, answer?: LeasedPart['answer']): Promise<void> {
    await this.leases.withLease(lease, (leased) => this.step({ ...leased, answer }));
  }

  private async step(leased: LeasedPart): Promise<void> {
    const { part, signal } = leased;
    try {
      const batch = await this.batches.find(part.batchId);
      if (batch) await this.dispatch.run(leased, batch);
    } catch (error) {
      if (error instanceof LeaseLostError || signal.reason instanceof LeaseLostError) this.metrics.leasesLost.inc();
      if (!(error instanceof LeaseLostError) && !signal.aborted) return this.failures.retryUnexpected(leased, error);
      this.logger.warn({ err: error, batch_id: part.batchId, part_id: part.id }, 'A step ended before its time');
    }
  }
}
