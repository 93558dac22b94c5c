import { Injectable } from '@nestjs/common';
import type { Owner } from '../../auth/owner';
import type { Exchange } from '../../http/platform';
import { checkSmallBodyHeaders, readSmallBody } from '../../ingest/small-body';
import { BatchesService } from '../batches.service';
import { toBatch } from '../batch.mapper';
import { CreateBatchEndpoint, type BatchRequest } from '../create-batch.endpoint';
import type { BatchDto } from '../dto/batch-detail.dto';
import { RetryBatchRequestDto } from '../dto/retry-batch-request.dto';
import { RetryBatchService } from './retry-batch.service';

/** A retry over HTTP, within the limits of a create. */
@Injectable()
export class RetryBatchEndpoint {
  constructor(
    private readonly batches: BatchesService,
    private readonly creates: CreateBatchEndpoint,
    private readonly retries: RetryBatchService,
  ) {}

  async handle(owner: Owner, batchId: string, exchange: Exchange): Promise<BatchDto> {
    const prepare = (): BatchRequest => {
      checkSmallBodyHeaders(exchange.request);
      return {
        beside: ['retry', batchId],
        make: async (bytes, gone, storedWith) => {
          const asked = await readSmallBody(bytes, RetryBatchRequestDto);
          return this.retries.retry({
            ownerId: owner.id,
            batchId,
            errorCodes: asked.error_codes ?? null,
            includeUnconfirmed: asked.include_unconfirmed ?? false,
            completionWindow: asked.completion_window ?? undefined,
            metadata: asked.metadata,
            gone,
            storedWith,
          });
        },
      };
    };
    // Whoever asks for another owner's batch hears nothing but that it is none. A retry that was made stands, whatever became of that batch.
    const assertPossible = () => this.batches.get(owner.id, batchId);
    return this.creates.admit(owner, exchange, { assertPossible, prepare, answer: toBatch });
  }
}
