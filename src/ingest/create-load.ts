import { Inject, Injectable } from '@nestjs/common';
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
 * The creates that are worked on. Beyond their number everything would only take longer, so the next is refused, before it costs
 * more than its key; and one owner has at most three quarters of them, so that there is room for others.
 */
@Injectable()
export class CreateLoad {
  private readonly limit: number;
  private readonly share: number;
  private working = 0;
  /** By owner; one who has none is not in it. */
  private readonly owners = new Map<string, number>();

  constructor(
    @Inject(INGEST_OPTIONS) { maxConcurrentCreates = DEFAULT_MAX_CONCURRENT_CREATES }: IngestModuleOptions,
    private readonly metrics: IngestMetrics,
  ) {
    this.limit = maxConcurrentCreates;
    this.share = Math.ceil(maxConcurrentCreates * OWNER_SHARE);
    metrics.tellOfCreates(() => ({ working: this.working, limit: this.limit }));
  }

  /** Throws {@link OverloadedError} in place of calling `work` when there is no room. */
  async run<T>(ownerId: string, work: (aside: Aside) => Promise<T>): Promise<T> {
    this.assertRoom(ownerId);
    const create = new CountedCreate((change) => this.count(ownerId, change));
    try {
      return await work((wait) => create.aside(wait));
    } finally {
      create.end();
    }
  }

  private assertRoom(ownerId: string): void {
    const full = this.working >= this.limit;
    if (!full && this.countOf(ownerId) < this.share) return;
    this.metrics.overloads.inc({ reason: full ? 'process' : 'owner' });
    throw new OverloadedError();
  }

  private countOf(ownerId: string): number {
    return this.owners.get(ownerId) ?? 0;
  }

  private count(ownerId: string, change: 1 | -1): void {
    const count = this.countOf(ownerId) + change;
    if (count === 0) this.owners.delete(ownerId);
    else this.owners.set(ownerId, count);
    this.working += change;
  }
}

/** One create, which is counted while it works. */
class CountedCreate {
  private counted = true;
  private ended = false;

  constructor(private readonly count: (change: 1 | -1) => void) {
    count(1);
  }

  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.set(false);
    try {
      return await wait();
    } finally {
      // A body that was given up leaves one wait behind, which ends with its connection.
      if (!this.ended) this.set(true);
    }
  }

  end(): void {
    this.ended = true;
    this.set(false);
  }

  private set(counted: boolean): void {
    if (counted === this.counted) return;
    this.counted = counted;
    this.count(counted ? 1 : -1);
  }
}
