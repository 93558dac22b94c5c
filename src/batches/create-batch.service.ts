import { Injectable } from '@nestjs/common';
import { Ids } from '../common/ids';
import { IngestService, type IncomingBody } from '../ingest/ingest.service';
import { CreateBatchTransaction, type CreatedBatch, type StoredWith } from './create-batch.transaction';
import { NewBatchBuilder } from './new-batch.builder';
import { NewBlobs } from './new-blobs';

/** Takes a new batch: body, blob, then one transaction. A refusal leaves nothing behind. */
@Injectable()
export class CreateBatchService {
  constructor(
    private readonly ingest: IngestService,
    private readonly builder: NewBatchBuilder,
    private readonly transaction: CreateBatchTransaction,
    private readonly blobs: NewBlobs,
    private readonly ids: Ids,
  ) {}

  /**
   * Throws a {@link MeshbatchError}; when it throws anything else the batch is not stored, as far as can be known.
   * @param gone aborts when the caller has gone away: up to the last step before the commit nothing is then stored
   */
  async create(ownerId: string, body: IncomingBody, gone: AbortSignal, storedWith?: StoredWith): Promise<CreatedBatch> {
    const id = this.ids.next('batch');
    const ingested = await this.ingest.ingest(`batches/${id}/input.jsonl`, body);
    return this.blobs.unlessRefused([ingested.inputKey], () =>
      this.transaction.run(this.builder.build(id, ownerId, ingested), gone, storedWith),
    );
  }
}
