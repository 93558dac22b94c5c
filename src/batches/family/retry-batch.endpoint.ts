import { Injectable } from '@nestjs/common';
import type { Owner } from '../../auth/owner';
import { checkSmallBodyHeaders, readSmallBody } from '../../ingest/small-body';
import { BatchesService } from '../batches.service';
import { CreateBatchEndpoint, type Exchange } from '../create-batch.endpoint';
import type { BatchDto } from '../dto/batch-detail.dto';
import { RETRY_FIELDS, RetryBatchRequestDto } from '../dto/retry-batch-request.dto';
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
    // First of all, so that whoever asks for another owner's batch hears nothing but that it is none.
    await this.batches.get(owner.id, batchId);
    return this.creates.admit(owner, exchange, () => {
      checkSmallBodyHeaders(exchange.request);
      return async (bytes, gone) => {
        const { error_codes, include_unconfirmed, completion_window, metadata } = await readSmallBody(
          bytes,
          RetryBatchRequestDto,
          RETRY_FIELDS,
        );
        return this.retries.retry({
          ownerId: owner.id,
          batchId,
          errorCodes: error_codes ?? null,
          includeUnconfirmed: include_unconfirmed ?? false,
          completionWindow: completion_window ?? undefined,
          metadata,
          gone,
        });
      };
    });
  }
}
