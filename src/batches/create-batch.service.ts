import { Injectable } from '@nestjs/common';
import { Ids } from '../common/ids';
import { SafeLogger } from '../common/safe-logger';
import { IngestService, type IncomingBody } from '../ingest/ingest.service';
import { UnknownCommitError } from '../persistence/database';
import { CreateBatchTransaction, type CreatedBatch } from './create-batch.transaction';
import { NewBatchBuilder } from './new-batch.builder';

/** Takes a new batch: body, blob, then one transaction. A refusal leaves nothing behind. */
@Injectable()
export class CreateBatchService {
  private readonly logger = new SafeLogger(CreateBatchService.name);

  constructor(
    private readonly ingest: IngestService,
    private readonly builder: NewBatchBuilder,
    private readonly transaction: CreateBatchTransaction,
    private readonly ids: Ids,
  ) {}

  /**
   * Throws a {@link MeshbatchError}; when it throws anything else the batch is not stored, as far as can be known.
   * @param gone aborts when the caller has gone away: up to the last step before the commit nothing is then stored
   */
  async create(ownerId: string, body: IncomingBody, gone: AbortSignal): Promise<CreatedBatch> {
    const id = this.ids.next('batch');
    const ingested = await this.ingest.ingest(`batches/${id}/input.jsonl`, body);
    try {
      return await this.transaction.run(this.builder.build(id, ownerId, ingested), gone);
    } catch (error) {
      // After an unknown commit the row may yet appear, and a row without its blob is worse than a blob without a row.
      if (!(error instanceof UnknownCommitError)) await this.discard(ingested.inputKey);
      throw error;
    }
  }

  private async discard(inputKey: string): Promise<void> {
    await this.ingest.discard(inputKey).catch((error: unknown) => {
      // The refusal is what the caller must see.
      this.logger.error({ err: error, key: inputKey }, 'The input of a refused batch could not be removed');
    });
  }
}
