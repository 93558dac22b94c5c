import { Injectable } from '@nestjs/common';
import { Ids } from '../../common/ids';
import { ValidationFailedError } from '../../http/meshbatch-error';
import { FreeDisk } from '../../ingest/free-disk';
import { IngestService } from '../../ingest/ingest.service';
import { completionWindows } from '../../providers/contract/completion-windows';
import type { ResolvedModel } from '../../providers/provider-registry';
import type { BatchEntity } from '../batch.entity';
import { isTerminal } from '../batch-status';
import { BatchesService } from '../batches.service';
import { CreateBatchTransaction, type CreatedBatch, type StoredWith } from '../create-batch.transaction';
import { NewBatchBuilder } from '../new-batch.builder';
import { NewBlobs } from '../new-blobs';
import { FamilyStore, type Family } from './family.store';
import { FamilyActiveError, TooManyRetriesError } from './retry.errors';
import { RetrySelection, type RetryFilter } from './retry-selection';
import { RootInput } from './root-input';

/** Each costs a reader of the merged results a piece of memory. */
export const MAX_RETRIES = 16;

/** A retry that is asked for. */
export interface RetryOrder extends RetryFilter {
  readonly ownerId: string;
  /** Any batch of the family. */
  readonly batchId: string;
  /** Undefined for those of that batch. */
  readonly completionWindow: string | undefined;
  readonly metadata: Record<string, unknown> | null | undefined;
  /** Aborts when the caller has gone away: up to the last step before the commit nothing is then stored. */
  readonly gone: AbortSignal;
  readonly storedWith: StoredWith | undefined;
}

/** Makes a batch of what failed in a family of batches. A refusal leaves nothing behind. */
@Injectable()
export class RetryBatchService {
  constructor(
    private readonly batches: BatchesService,
    private readonly families: FamilyStore,
    private readonly selection: RetrySelection,
    private readonly input: RootInput,
    private readonly ingest: IngestService,
    private readonly disk: FreeDisk,
    private readonly builder: NewBatchBuilder,
    private readonly transaction: CreateBatchTransaction,
    private readonly blobs: NewBlobs,
    private readonly ids: Ids,
  ) {}

  /** Throws a {@link MeshbatchError}; when it throws anything else the batch is not stored, as far as can be known. */
  async retry(order: RetryOrder): Promise<CreatedBatch> {
    const named = await this.batches.get(order.ownerId, order.batchId);
    return this.families.use(named, (family) => this.retryOf(family, named, order));
  }

  private async retryOf(family: Family, named: BatchEntity, order: RetryOrder): Promise<CreatedBatch> {
    assertRetriable(family);
    await this.input.assertThere(family[0]);
    const { endpoint, model } = family[0].batch;
    const resolved = this.ingest.resolve(model, endpoint);
    const completionWindow = windowOf(order.completionWindow ?? named.completionWindow, resolved);
    const metadata = order.metadata === undefined ? named.metadata : order.metadata;
    const origins = await this.selection.select(family, order);
    await this.disk.assertRoomFor(this.input.estimate(family[0], origins.length));

    const id = this.ids.next('batch');
    const keys = { inputKey: `batches/${id}/input.jsonl`, originKey: `batches/${id}/origin.u32` };
    const items = this.input.items(family[0], origins);
    const copied = await this.ingest.copy({ ...keys, resolved, endpoint, completionWindow, metadata, origins, items });
    const retryOrdinal = (family.at(-1)?.batch.retryOrdinal ?? 0) + 1;
    const link = { rootId: family[0].batch.id, retryOrdinal, originKey: keys.originKey };
    const kept = { ...copied, outputExpiresAfter: named.outputExpiresAfter };
    return this.blobs.unlessRefused(Object.values(keys), () =>
      this.transaction.run(this.builder.build(id, order.ownerId, kept, link), order.gone, async (batch, tx) => {
        await this.families.lockUnchanged(family, tx);
        await order.storedWith?.(batch, tx);
      }),
    );
  }
}

function assertRetriable(family: Family): void {
  const active = family.find(({ batch }) => !isTerminal(batch.status));
  if (active) throw new FamilyActiveError(active.batch.id);
  if (family.length > MAX_RETRIES) throw new TooManyRetriesError(MAX_RETRIES);
}

function windowOf(window: BatchEntity['completionWindow'], { limits }: ResolvedModel): string {
  const windows = completionWindows(limits);
  if (windows.includes(window)) return window;
  const msg = `Input should be one of ${windows.join(', ')}`;
  throw new ValidationFailedError([{ loc: ['body', 'completion_window'], msg, type: 'literal_error' }]);
}
