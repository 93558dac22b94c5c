import { Injectable } from '@nestjs/common';
import type { BatchEntity } from '../batches/batch.entity';
import type { PartEntity } from '../batches/part.entity';
import { SafeLogger } from '../common/safe-logger';
import type { ItemOutcome, ProviderAdapter } from '../providers/contract/adapter';
import { UpstreamCalls } from '../providers/upstream-calls';
import { readItemId } from './item-id';
import type { OutcomeSpool } from './outcome-spool';
import type { LeasedPart } from './part-leases';

/** Reads every outcome that a provider holds for a part into a spool, joined by our ids and never by order. */
@Injectable()
export class ResultsReader {
  private readonly logger = new SafeLogger(ResultsReader.name);

  constructor(private readonly calls: UpstreamCalls) {}

  /** Throws {@link ProviderCallError} or {@link IncompleteDownloadError}. */
  async read(
    { part, signal }: LeasedPart,
    { endpoint }: BatchEntity,
    adapter: ProviderAdapter,
    spool: OutcomeSpool,
  ): Promise<void> {
    const { remoteId, attemptToken: token, provider } = part;
    if (remoteId === null || token === null) return;
    await this.calls.measure({ provider, call: 'results', signal }, () =>
      this.join(adapter.results(remoteId, signal, endpoint), part, token, spool),
    );
  }

  private async join(
    outcomes: AsyncIterable<ItemOutcome>,
    part: PartEntity,
    token: string,
    spool: OutcomeSpool,
  ): Promise<void> {
    let [refused, repeated] = [0, 0];
    for await (const outcome of outcomes) {
      const index = readItemId(outcome.itemId, token);
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
