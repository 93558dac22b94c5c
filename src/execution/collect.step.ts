import { Injectable } from '@nestjs/common';
import { leftoverOf } from '../batches/attempt';
import { BatchProgress } from '../batches/batch-progress';
import type { BatchEntity } from '../batches/batch.entity';
import type { Leftover } from '../batches/leftovers.store';
import { SafeLogger } from '../common/safe-logger';
import { IncompleteDownloadError, type ProviderAdapter } from '../providers/contract/adapter';
import { ProviderCallError } from '../providers/contract/errors';
import { CollectDelay } from './collect-delay';
import { Leftovers } from './leftovers';
import { OutcomeSpool } from './outcome-spool';
import type { LeasedPart } from './part-leases';
import { mayBeRemoved } from './removable';
import { ResultsReader } from './results-reader';
import { ResultsWriter } from './results-writer';
import { Scratch } from './scratch';

/** Copies a part's results here, gives every item its one outcome, and only then clears up upstream. */
@Injectable()
export class CollectStep {
  private readonly logger = new SafeLogger(CollectStep.name);

  constructor(
    private readonly progress: BatchProgress,
    private readonly reader: ResultsReader,
    private readonly writer: ResultsWriter,
    private readonly delay: CollectDelay,
    private readonly leftovers: Leftovers,
    private readonly scratch: Scratch,
  ) {}

  /** @param adapter undefined when the provider is no longer configured: what it holds cannot be read */
  async run(leased: LeasedPart, batch: BatchEntity, adapter: ProviderAdapter | undefined): Promise<void> {
    await this.scratch.withFile(async (path) => {
      const spool = await OutcomeSpool.open(path, leased.part.itemCount);
      try {
        await this.collect(leased, batch, adapter, spool);
      } finally {
        await spool.close();
      }
    });
  }

  private async collect(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter | undefined,
    spool: OutcomeSpool,
  ): Promise<void> {
    const { part, lease, signal } = leased;
    const failure = await this.read(leased, batch, adapter, spool);
    if (failure && !this.delay.isExhausted(part, batch, adapter)) return this.delay.afterFailure(leased, failure);
    if (!failure && adapter && (await this.delay.awaitsMore(leased, adapter, spool.rows))) return;
    if (failure)
      this.logger.error({ err: failure, batch_id: batch.id, part_id: part.id }, 'Results could not be read in time');
    const { results, ...counts } = await this.writer.write(part, spool, lease.fence);
    const usage = spool.usage.total_tokens > 0 ? spool.usage : null;
    const patch = { results, usage, ...counts, failedWhole: part.failedWhole && spool.rows === 0 };
    // What was not read whole stays where it is: it is paid for.
    const mayGo =
      part.remoteId === null || (!failure && !!adapter && mayBeRemoved(part, spool.rows, adapter.capabilities));
    const leftover = mayGo && part.attemptToken !== null ? leftoverOf(part, batch) : undefined;
    await this.progress.move(lease, part.batchId, { from: 'collecting', to: 'ended', patch, leftover });
    if (leftover) await this.cleanUp(leftover, batch, signal);
  }

  /** Resolves to why the results could not be read, or null. */
  private async read(
    leased: LeasedPart,
    batch: BatchEntity,
    adapter: ProviderAdapter | undefined,
    spool: OutcomeSpool,
  ) {
    const { part } = leased;
    if (part.remoteId === null) return null;
    if (!adapter) return new ProviderCallError(part.provider, 'unreachable', 'The provider is no longer configured');
    try {
      await this.reader.read(leased, batch, adapter, spool);
      return null;
    } catch (error) {
      // No fault of the provider's, and no reason to go without what it has.
      if (leased.signal.aborted) throw error;
      if (error instanceof ProviderCallError || error instanceof IncompleteDownloadError) return error;
      // What nobody foresaw is tried again as long as anything else is, and ends the waiting then all the same.
      if (!this.delay.isExhausted(part, batch, adapter)) throw error;
      return new ProviderCallError(part.provider, 'ambiguous', 'The results could not be read', {}, { cause: error });
    }
  }

  /** What is still upstream does no harm to the batch: it is removed later. */
  private async cleanUp(leftover: Leftover, batch: BatchEntity, signal: AbortSignal): Promise<void> {
    try {
      await this.leftovers.remove(leftover, signal);
    } catch (error) {
      const told = { err: error, batch_id: batch.id, part_id: leftover.attempt.partId };
      this.logger.warn(told, 'Files of an ended part are still at the provider');
    }
  }
}
