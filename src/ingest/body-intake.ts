import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { whenClosed } from '../http/when-closed';
import { BodyGate, type Comer } from './body-gate';
import { DEFAULT_BODY_LIMITS, type BodyLimits } from './body-limits';
import type { Aside } from './create-load';
import { IngestMetrics } from './ingest-metrics';
import { TooManyBodiesError } from './ingest.errors';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';
import { isGzip, readBody } from './request-body';

/** Such a body is in hand for a moment and held to its pace, so it does not wait behind giants. */
const SMALL_BODY_BYTES = 1024 * 1024;
/** A waiting body costs its connection and what Node has read ahead of it, some 100 KB. */
const MAX_WAITING = 1_000;

/** A body that is to be taken. */
export interface ComingBody extends Omit<Comer, 'gone'> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Takes bodies off the wire, large ones in their turn. */
@Injectable()
export class BodyIntake {
  private readonly limits: BodyLimits;
  private readonly gate: BodyGate;
  private open = 0;

  constructor(
    @Inject(INGEST_OPTIONS) options: IngestModuleOptions,
    private readonly clock: Clock,
    private readonly metrics: IngestMetrics,
  ) {
    this.limits = {
      bodyIdleMs: options.bodyIdleMs ?? DEFAULT_BODY_LIMITS.bodyIdleMs,
      bodyMinBytesPerSecond: options.bodyMinBytesPerSecond ?? DEFAULT_BODY_LIMITS.bodyMinBytesPerSecond,
      maxConcurrentBodies: options.maxConcurrentBodies ?? DEFAULT_BODY_LIMITS.maxConcurrentBodies,
      bodyWaitMs: options.bodyWaitMs ?? DEFAULT_BODY_LIMITS.bodyWaitMs,
    };
    const { maxConcurrentBodies: limit, bodyWaitMs: longestWaitMs } = this.limits;
    this.gate = new BodyGate({ places: limit, maxWaiting: MAX_WAITING, longestWaitMs }, clock);
    metrics.tellOf(() => ({ open: this.open, waiting: this.gate.queued, limit }));
  }

  /**
   * Hands the body, decoded, to `use` when its turn has come; not a byte is read before. `gone` aborts when the client has gone
   * away. One that has sent more than Node reads ahead, and then goes while it waits, is noticed when its turn comes.
   */
  async take<T>(
    { request, response, ...coming }: ComingBody,
    use: (body: AsyncIterable<Buffer>, gone: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const gone = new AbortController();
    whenClosed(response, () => gone.abort());
    const read = () => this.counted(() => use(this.read(request, response, coming.aside), gone.signal));
    return isSmall(request) ? read() : this.inTurn({ ...coming, gone: gone.signal }, read);
  }

  private read(request: IncomingMessage, response: ServerResponse, aside: Aside): AsyncIterable<Buffer> {
    return readBody(request, response, this.limits, { clock: this.clock, aside });
  }

  private async inTurn<T>(comer: Comer, read: () => Promise<T>): Promise<T> {
    try {
      return await this.gate.pass(comer, read);
    } catch (error) {
      if (error instanceof TooManyBodiesError) this.metrics.refusals.inc();
      throw error;
    }
  }

  private async counted<T>(read: () => Promise<T>): Promise<T> {
    this.open++;
    try {
      return await read();
    } finally {
      this.open--;
    }
  }
}

/** By what it says of itself: a body in chunks, or whose decoded length nobody knows, may be of any size. */
function isSmall(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': transferEncoding } = request.headers;
  // Without either there is no body (RFC 9112, 6.3).
  if (length === undefined) return transferEncoding === undefined;
  return !isGzip(request) && Number(length) <= SMALL_BODY_BYTES;
}
