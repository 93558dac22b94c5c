import { Inject, Injectable } from '@nestjs/common';
import { Places } from '../common/places';
import { IngestMetrics } from './ingest-metrics';
import { OverloadedError } from './ingest.errors';
import { INGEST_OPTIONS, type IngestModuleOptions } from './ingest.module-definition';

/** As many as one process works on at once without any of them taking much longer for it. */
export const DEFAULT_MAX_CONCURRENT_CREATES = 16;
/** More than the active batches that an owner may have by default. */
const OWNER_SHARE = 3 / 4;

/** Waits without being counted: for a client or for a turn, which costs nobody else anything. One wait at a time. */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;

/**
 * The creates that are worked on. Beyond their number everything would only take longer, so the next is refused, before its key is
 * looked up; and one owner has at most three quarters of them, so that there is room for others.
 */
@Injectable()
export class CreateLoad {
  private readonly places: Places;

  constructor(
    @Inject(INGEST_OPTIONS) { maxConcurrentCreates = DEFAULT_MAX_CONCURRENT_CREATES }: IngestModuleOptions,
    private readonly metrics: IngestMetrics,
  ) {
    this.places = new Places(maxConcurrentCreates, Math.ceil(maxConcurrentCreates * OWNER_SHARE));
    metrics.tellOfCreates(() => ({ working: this.places.taken, limit: this.places.limit }));
  }

  /** Throws {@link OverloadedError} when there is no place, whoever asks. */
  assertRoom(): void {
    if (this.places.full) throw this.refuse('process');
  }

  /** Throws {@link OverloadedError} in place of calling `work` when there is no place for the owner. */
  async run<T>(ownerId: string, work: (aside: Aside) => Promise<T>): Promise<T> {
    this.assertRoom();
    if (!this.places.hasRoomFor(ownerId)) throw this.refuse('owner');
    const create = new CountedCreate(this.places, ownerId);
    try {
      return await work((wait) => create.aside(wait));
    } finally {
      create.end();
    }
  }

  private refuse(reason: 'process' | 'owner'): OverloadedError {
    this.metrics.overloads.inc({ reason });
    return new OverloadedError();
  }
}

/** One create, which is counted while it works. */
class CountedCreate {
  private counted = true;
  private ended = false;

  constructor(
    private readonly places: Places,
    private readonly ownerId: string,
  ) {
    places.take(ownerId);
  }

  /** Whoever has waited waits for a place again: however many bodies come to their end together, only so many are worked on. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.leave();
    const waited = await wait();
    if (this.ended) return waited;
    await this.places.retake(this.ownerId);
    this.counted = true;
    if (this.ended) this.leave();
    return waited;
  }

  end(): void {
    this.ended = true;
    this.leave();
  }

  private leave(): void {
    if (!this.counted) return;
    this.counted = false;
    this.places.free(this.ownerId);
  }
}
