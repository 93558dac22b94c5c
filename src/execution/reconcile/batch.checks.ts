import { Injectable } from '@nestjs/common';
import { AuditStore } from '../../batches/audit.store';
import { BatchProgress } from '../../batches/batch-progress';
import { ProviderRegistry } from '../../providers/provider-registry';
import { Deadlines } from '../deadlines';
import { Drain } from '../drain';
import type { Check, Finding } from './check';

const AT_ONCE = 1000;
/** What collecting may take after the drain, before anybody is told. */
const LATE_AFTER_DRAIN_MS = 3_600_000;

/** Batches that have not ended though all their parts have. */
@Injectable()
export class UnsettledBatches implements Check {
  readonly kind = 'unsettled_batch';
  readonly scope = 'rows';

  constructor(
    private readonly audit: AuditStore,
    private readonly progress: BatchProgress,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    for (const id of await this.audit.unsettledBatches(AT_ONCE)) {
      const message = 'All parts of the batch have ended, and it has not';
      yield { subject: id, message, repair: () => this.progress.settle(id) };
    }
  }
}

/** Batches that go on long after their deadline and the drain that follows it. */
@Injectable()
export class LateBatches implements Check {
  readonly kind = 'late_batch';
  readonly scope = 'rows';

  constructor(
    private readonly drain: Drain,
    private readonly audit: AuditStore,
    private readonly registry: ProviderRegistry,
    private readonly deadlines: Deadlines,
  ) {}

  async *find(): AsyncGenerator<Finding> {
    const afterMs = this.drain.lengthMs(false) + LATE_AFTER_DRAIN_MS;
    const patientMs = this.drain.lengthMs(true) + LATE_AFTER_DRAIN_MS;
    const patientWith = this.registry
      .configured()
      .filter((id) => this.registry.findAdapter(id)?.capabilities.cancel === 'discards');
    const lateness = { afterMs, patientMs, patientWith };
    for (const id of await this.audit.lateBatches(lateness, AT_ONCE)) {
      const message = 'The batch goes on though its deadline and its drain have passed';
      yield { subject: id, message, repair: () => this.deadlines.endAgain(id) };
    }
  }
}
