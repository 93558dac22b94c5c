import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Owner } from '../auth/owner';
import type { Exchange } from '../http/platform';
import { BodyDigest, besideBody, type Beside } from '../ingest/body-digest';
import { BodyIntake } from '../ingest/body-intake';
import { CreateLoad, type Aside } from '../ingest/create-load';
import { FreeDisk } from '../ingest/free-disk';
import { formatOf } from '../ingest/body-format';
import { IngestService, type FormatOf } from '../ingest/ingest.service';
import { BatchLimitExceededError } from '../quota/quota.errors';
import { QuotaService, type BatchAllowance } from '../quota/quota.service';
import { BatchMetrics } from './batch-metrics';
import type { BatchEntity } from './batch.entity';
import { toValidation } from './batch-validation.mapper';
import { CreateBatchService } from './create-batch.service';
import type { CreatedBatch, StoredWith } from './create-batch.transaction';
import type { BatchDto } from './dto/batch-detail.dto';
import type { BatchValidationDto } from './dto/batch-validation.dto';
import { idempotencyKeyOf } from './idempotency-header';
import { Idempotency } from './idempotency.service';
import type { Claim } from './idempotency.store';

/** An exchange that there is strength for. */
interface Admitted extends Exchange {
  readonly aside: Aside;
}

/** A request that is to become a batch, once its headers have passed. */
export interface BatchRequest {
  /** All that it says beside the bytes of its body, so that its idempotency key stands for no other one. */
  readonly beside: Beside;
  /** Makes the batch; `gone` aborts when the caller has gone away. */
  readonly make: (bytes: AsyncIterable<Buffer>, gone: AbortSignal, storedWith?: StoredWith) => Promise<CreatedBatch>;
}

/** How a route makes a batch of what it is asked. */
export interface BatchRoute<T> {
  /** Refuses, before anything else, what cannot become a batch; a replay by an idempotency key is not asked. */
  readonly assertPossible?: () => Promise<unknown>;
  /** Refuses by the headers what need not be read. */
  readonly prepare: () => BatchRequest;
  /** What the caller is told of the new batch, as JSON. */
  readonly answer: (batch: BatchEntity) => T;
}

/** How a batch is shown to a kind of clients. */
export interface BatchShape<T = BatchDto> {
  readonly batch: BatchRoute<T>['answer'];
  /** Names the kind where the body of a create does not tell it. */
  readonly dialect?: string;
}

/** What is done with a body whose headers came to `prepared`. */
type Use<P, T> = (bytes: AsyncIterable<Buffer>, prepared: P, gone: AbortSignal) => Promise<T>;

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
    private readonly idempotency: Idempotency,
    private readonly metrics: BatchMetrics,
  ) {}

  handle(owner: Owner, exchange: Exchange, shape: BatchShape): Promise<BatchDto> {
    return this.create(owner, exchange, formatOf, shape);
  }

  /** As {@link handle}, for a body that is written as `formatOf` reads off its headers. */
  create<T>(
    owner: Owner,
    exchange: Exchange,
    formatOf: FormatOf,
    { batch: answer, dialect }: BatchShape<T>,
  ): Promise<T> {
    const prepare = (): BatchRequest => {
      const format = this.ingest.checkHeaders(exchange.request, formatOf);
      return {
        // An idempotency key stands for an answer, too.
        beside: [...besideBody(format), ...(dialect === undefined ? [] : [dialect])],
        make: (bytes, gone, storedWith) => this.creates.create(owner.id, { bytes, format }, gone, storedWith),
      };
    };
    return this.admit(owner, exchange, { prepare, answer });
  }

  /** Takes any request that makes a batch, within the limits of process and owner, and only once by its idempotency key. */
  async admit<T>(owner: Owner, exchange: Exchange, route: BatchRoute<T>): Promise<T> {
    try {
      return await this.load.run(owner.id, (aside) => this.makeOnce(owner, { ...exchange, aside }, route));
    } catch (error) {
      this.metrics.refused(error);
      throw error;
    }
  }

  /** All that a create checks, in its order, with nothing stored; what it would come to. */
  validate(owner: Owner, { request, response }: Exchange): Promise<BatchValidationDto> {
    const prepare = () => this.ingest.checkHeaders(request, formatOf);
    return this.load.run(owner.id, (aside) =>
      this.take(owner, { request, response, aside }, prepare, async (bytes, format) => {
        const examined = await this.creates.examine(owner.id, { bytes, format });
        // As a create looks again when it has read its body.
        const { remaining } = await this.assertRoom(owner, response, examined.newBytes);
        return toValidation(examined, this.ingest.limits, remaining);
      }),
    );
  }

  /** Looks at the owner's limit and tells it in the answer's headers. */
  async setLimitHeaders(owner: Owner, response: ServerResponse): Promise<BatchAllowance> {
    const allowance = await this.quota.allowance(owner.id);
    setHeaders(response, allowance);
    return allowance;
  }

  private async makeOnce<T>(owner: Owner, exchange: Admitted, route: BatchRoute<T>): Promise<T> {
    const key = idempotencyKeyOf(exchange.request);
    if (key === null) return this.make(owner, exchange, route);
    const outcome = await this.idempotency.run(
      { ownerId: owner.id, key },
      {
        first: (claim) => this.make(owner, exchange, route, claim),
        again: () => this.digest(owner, exchange, route),
      },
    );
    if ('first' in outcome) return outcome.first;
    if (!exchange.response.headersSent) exchange.response.setHeader('Idempotent-Replayed', 'true');
    return JSON.parse(outcome.replayed) as T;
  }

  private async make<T>(owner: Owner, exchange: Admitted, route: BatchRoute<T>, claim?: Claim): Promise<T> {
    const { prepare, answer } = route;
    await route.assertPossible?.();
    return this.take(owner, exchange, prepare, async (bytes, asked, gone) => {
      const { batch, allowance } = await (claim
        ? this.makeByKey(claim, bytes, asked, gone, answer)
        : asked.make(bytes, gone));
      if (allowance) setHeaders(exchange.response, allowance);
      return answer(batch);
    });
  }

  /** Notes in the transaction of the create what its key stands for from then on. */
  private makeByKey<T>(
    claim: Claim,
    bytes: AsyncIterable<Buffer>,
    { beside, make }: BatchRequest,
    gone: AbortSignal,
    answer: BatchRoute<T>['answer'],
  ): Promise<CreatedBatch> {
    const digest = new BodyDigest(beside);
    return make(digest.through(bytes), gone, (batch, tx) => {
      const told = { bodyHash: digest.hex(), batchId: batch.id, answer: JSON.stringify(answer(batch)) };
      return this.idempotency.complete(claim, told, tx);
    });
  }

  /** Reads a body that is known by its key, however little room there is: nothing is stored. */
  private async digest<T>(owner: Owner, exchange: Admitted, { prepare }: BatchRoute<T>): Promise<string> {
    await this.setLimitHeaders(owner, exchange.response);
    const { beside } = prepare();
    return this.bodies.take({ ...exchange, ownerId: owner.id }, (bytes) => this.ingest.digest(bytes, beside));
  }

  private async take<P, T>(owner: Owner, exchange: Admitted, prepare: () => P, use: Use<P, T>): Promise<T> {
    const { request, response } = exchange;
    await this.assertRoom(owner, response);
    const prepared = prepare();
    await this.disk.assertRoomFor(Number(request.headers['content-length'] ?? 0));
    try {
      return await this.bodies.take({ ...exchange, ownerId: owner.id }, (bytes, gone) => use(bytes, prepared, gone));
    } catch (error) {
      if (error instanceof BatchLimitExceededError) setHeaders(response, { limit: error.limit, remaining: 0 });
      throw error;
    }
  }

  /** Throws {@link BatchLimitExceededError} or {@link StorageLimitExceededError}. */
  private async assertRoom(owner: Owner, response: ServerResponse, bytes?: number): Promise<BatchAllowance> {
    const allowance = await this.setLimitHeaders(owner, response);
    if (allowance.remaining === 0) throw new BatchLimitExceededError(allowance.limit);
    await this.quota.assertStorageLeft(owner.id, bytes);
    return allowance;
  }
}

function setHeaders(response: ServerResponse, { limit, remaining }: BatchAllowance): void {
  // The parser may have refused the body, and answered, meanwhile.
  if (response.headersSent) return;
  response.setHeader('x-ratelimit-limit-batches', limit);
  response.setHeader('x-ratelimit-remaining-batches', remaining);
}
