import { Injectable } from '@nestjs/common';
import { sentItems } from '../batches/attempt';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import { PartsStore } from '../batches/parts.store';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { Drain } from './drain';
import type { LeasedPart } from './part-leases';
import { PollInterval } from './poll-interval';
import { StepFailures } from './step-failures';

/** Reads that must agree before a row that none of them held is called missing. */
const AGREEING_READS = 3;
/** The same, where the provider's own counts say that there are more rows. */
const AGREEING_READS_AGAINST_COUNTS = 6;
/** Reads that must fail in a row, after the drain, before what the provider holds is given up: some minutes. */
const FAILED_READS = 10;

/** When results are read again: after a failure, and while rows are missing that may only be late. */
@Injectable()
export class CollectDelay {
  constructor(
    private readonly parts: PartsStore,
    private readonly failures: StepFailures,
    private readonly interval: PollInterval,
    private readonly drain: Drain,
  ) {}

  /** Whether enough was tried: results are given up only after the drain, and never for one bad moment. */
  isExhausted(part: PartEntity, batch: BatchEntity, adapter: ProviderAdapter | undefined): boolean {
    return this.drain.isOver(part, batch, adapter) && part.failures >= FAILED_READS;
  }

  async afterFailure(leased: LeasedPart, error: Error): Promise<void> {
    const call =
      error instanceof ProviderCallError
        ? error
        : new ProviderCallError(leased.part.provider, 'ambiguous', error.message, {}, { cause: error });
    await this.failures.retryLater(leased, call);
  }

  /** Whether rows are missing that a later read may hold; if so, that read is planned. */
  async awaitsMore({ part, lease }: LeasedPart, adapter: ProviderAdapter, rows: number): Promise<boolean> {
    const nothingRan = part.remoteId === null || (part.failedWhole && rows === 0);
    if (rows === sentItems(part) || nothingRan) return false;
    const agreeingReads = part.rowsRead === rows ? part.agreeingReads + 1 : 1;
    const counts = part.remoteCounts;
    const fewerThanCounted = counts !== null && rows < counts.succeeded + counts.failed;
    if (agreeingReads >= (fewerThanCounted ? AGREEING_READS_AGAINST_COUNTS : AGREEING_READS)) return false;
    const dueAt = this.interval.nextPoll(adapter);
    await this.parts.update(lease, { agreeingReads, rowsRead: rows, dueAt, failures: 0 });
    return true;
  }
}
