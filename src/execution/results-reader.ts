import { Injectable } from '@nestjs/common';
import type { PartEntity } from '../batches/part.entity';
import { SafeLogger } from '../common/safe-logger';
import type { ProviderAdapter } from '../providers/contract/adapter';
import { readItemId } from './item-id';
import type { OutcomeSpool } from './outcome-spool';

/** Reads every outcome that a provider holds for a part into a spool, joined by our ids and never by order. */
@Injectable()
export class ResultsReader {
  private readonly logger = new SafeLogger(ResultsReader.name);

  /** Throws {@link ProviderCallError} or {@link IncompleteDownloadError}. */
  async read(part: PartEntity, adapter: ProviderAdapter, spool: OutcomeSpool, signal: AbortSignal): Promise<void> {
    if (part.remoteId === null || part.attemptToken === null) return;
    let [refused, repeated] = [0, 0];
    for await (const outcome of adapter.results(part.remoteId, signal)) {
      const index = readItemId(outcome.itemId, part.attemptToken);
      const within = index === null ? -1 : index - part.firstItem;
      if (within < 0 || within >= part.itemCount) refused++;
      else if (!spool.add(within, outcome)) repeated++;
      if (spool.isFull) await spool.flush();
    }
    if (refused + repeated > 0) {
      this.logger.warn(
        { batch_id: part.batchId, part_id: part.id, provider: part.provider, refused, repeated },
        'The provider returned rows that are not ours, or more than once',
      );
    }
  }
}
