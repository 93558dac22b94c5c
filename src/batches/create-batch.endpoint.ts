import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Owner } from '../auth/owner';
import { BodyIntake } from '../ingest/body-intake';
import { CreateLoad, type Aside } from '../ingest/create-load';
import { FreeDisk } from '../ingest/free-disk';
import { IngestService } from '../ingest/ingest.service';
import { BatchLimitExceededError } from '../quota/quota.errors';
import { QuotaService, type BatchAllowance } from '../quota/quota.service';
import { BatchMetrics } from './batch-metrics';
import { toBatch } from './batch.mapper';
import { CreateBatchService } from './create-batch.service';
import type { CreatedBatch } from './create-batch.transaction';
import type { BatchDto } from './dto/batch-detail.dto';

/** What a create is asked by, and answered through. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Makes the batch of a body; `gone` aborts when the caller has gone away. */
export type TakeBody = (bytes: AsyncIterable<Buffer>, gone: AbortSignal) => Promise<CreatedBatch>;

/** A create over HTTP: what can be refused by owner and headers alone is refused before a byte of body is read. */
@Injectable()
export class CreateBatchEndpoint {
  constructor(
    private readonly ingest: IngestService,
    private readonly bodies: BodyIntake,
    private readonly load: CreateLoad,
    private readonly disk: FreeDisk,
    private readonly quota: QuotaService,
    private readonly creates: CreateBatchService,
    private readonly metrics: BatchMetrics,
  ) {}

  async handle(owner: Owner, request: IncomingMessage, response: ServerResponse): Promise<BatchDto> {
    return this.admit(owner, { request, response }, () => {
      const format = this.ingest.checkHeaders(request);
      return (bytes, gone) => this.creates.create(owner.id, { bytes, format }, gone);
    });
  }

  /**
   * Takes any request that makes a batch, within the limits of process and owner.
   * @param prepare refuses by the headers what need not be read, and tells how the body becomes a batch
   */
  async admit(owner: Owner, exchange: Exchange, prepare: () => TakeBody): Promise<BatchDto> {
    try {
      return await this.load.run(owner.id, (aside) => this.take(owner, { ...exchange, aside }, prepare));
    } catch (error) {
      this.metrics.refused(error);
      throw error;
    }
  }

  /** Looks at the owner's limit and tells it in the answer's headers. */
  async setLimitHeaders(owner: Owner, response: ServerResponse): Promise<BatchAllowance> {
    const allowance = await this.quota.allowance(owner.id);
    setHeaders(response, allowance);
    return allowance;
  }

  private async take(
    owner: Owner,
    { request, response, aside }: Exchange & { readonly aside: Aside },
    prepare: () => TakeBody,
  ): Promise<BatchDto> {
    const { limit, remaining } = await this.setLimitHeaders(owner, response);
    if (remaining === 0) throw new BatchLimitExceededError(limit);
    await this.quota.assertStorageLeft(owner.id);
    const takeBody = prepare();
    await this.disk.assertRoomFor(Number(request.headers['content-length'] ?? 0));
    try {
      const { batch, allowance } = await this.bodies.take({ request, response, aside, ownerId: owner.id }, takeBody);
      if (allowance) setHeaders(response, allowance);
      return toBatch(batch);
    } catch (error) {
      if (error instanceof BatchLimitExceededError) setHeaders(response, { limit: error.limit, remaining: 0 });
      throw error;
    }
  }
}

function setHeaders(response: ServerResponse, { limit, remaining }: BatchAllowance): void {
  // The parser may have refused the body, and answered, meanwhile.
  if (response.headersSent) return;
  response.setHeader('x-ratelimit-limit-batches', limit);
  response.setHeader('x-ratelimit-remaining-batches', remaining);
}
