import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { PartEntity } from '../batches/part.entity';
import { LEASE_MS, LeaseLostError, PartsStore, type Lease } from '../batches/parts.store';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import type { RemoteBatch } from '../providers/contract/adapter';

/** How long after it was claimed or renewed a lease is renewed. */
export const RENEW_MS = LEASE_MS / 3;

/** A part, the right to act on it, and a signal that ends when that right does or the process stops. */
export interface LeasedPart {
  readonly part: PartEntity;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Where the part's job stands, or why that is not known, if the provider was asked under this lease already. */
  readonly answer?: PromiseSettledResult<RemoteBatch> | undefined;
}

/** Runs steps under a lease that is renewed until they end. */
@Injectable()
export class PartLeases {
  private readonly logger = new SafeLogger(PartLeases.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly parts: PartsStore,
    private readonly clock: Clock,
  ) {
    // One listener a step under way, and there may be many.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Ends when the process stops. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** Calls under way end at once; what they were about is found again by whoever works next. */
  abortAll(): void {
    this.stopping.abort(new Error('The process is stopping'));
  }

  /** Runs `work` on a part; does nothing when somebody holds it or it has ended. */
  async withPart(partId: string, work: (leased: LeasedPart) => Promise<void>): Promise<void> {
    const lease = await this.parts.claim(partId);
    if (lease) await this.withLease(lease, work);
  }

  /** Runs `work` under a lease that was just claimed, then gives it back. */
  async withLease(lease: Lease, work: (leased: LeasedPart) => Promise<void>): Promise<void> {
    const ended = new AbortController();
    const step = new AbortController();
    const renewing = this.renewUntil(ended.signal, lease, step);
    // Not AbortSignal.any: what that hangs on a signal as old as the process is never taken off.
    const stop = () => step.abort(this.stopping.signal.reason);
    this.stopping.signal.addEventListener('abort', stop);
    let wasToStop = true;
    try {
      const part = await this.parts.find(lease.partId);
      if (!part || this.stopping.signal.aborted) return;
      wasToStop = part.stopReason !== null;
      await work({ part, lease, signal: step.signal });
    } finally {
      this.stopping.signal.removeEventListener('abort', stop);
      ended.abort();
      await renewing;
      await this.parts.release(lease, wasToStop);
    }
  }

  private async renewUntil(ended: AbortSignal, lease: Lease, lost: AbortController): Promise<void> {
    for (;;) {
      await this.clock.sleep(RENEW_MS, ended);
      if (ended.aborted) return;
      try {
        await this.parts.renew(lease);
      } catch (error) {
        this.logger.warn({ err: error, part_id: lease.partId }, 'A lease could not be renewed');
        if (error instanceof LeaseLostError) return lost.abort(error);
      }
    }
  }
}
