import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { SafeLogger } from '../common/safe-logger';
import { UnknownCommitError } from '../persistence/database';
import { IdempotencyConflictError, IdempotencyInProgressError } from './idempotency.errors';
import { IdempotencyStore, KEY_LEASE_MS, type Claim, type KeptAnswer, type OwnedKey } from './idempotency.store';

const RENEW_MS = KEY_LEASE_MS / 3;
/** A key may be freed between the look that it is held and the look at by whom, and again. */
const LOOKS = 3;

/** What a call by a key does. */
export interface IdempotentWork<T> {
  /** The first call: does it, and notes the answer by {@link Idempotency.complete} in the transaction that does it. */
  first(claim: Claim): Promise<T>;
  /** Every later one: makes the hash of what it was asked, without doing anything. */
  again(): Promise<string>;
}

/** A call's own answer, or that of the first by its key. */
export type Outcome<T> = { readonly first: T } | { readonly replayed: string };

/**
 * Has what is asked by an `Idempotency-Key` done once. Until the first call by a key has ended its row is held by a lease, which is
 * renewed, and which whoever asks next takes over once it lapsed. The row gets its answer in the transaction that does the work, in the
 * name of its holder: so at every moment there is either no batch and a row that will lapse, or a batch and a row that answers.
 */
@Injectable()
export class Idempotency {
  private readonly logger = new SafeLogger(Idempotency.name);

  constructor(
    private readonly store: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  /** Throws what `work` throws, {@link IdempotencyInProgressError} and {@link IdempotencyConflictError}. */
  async run<T>(owned: OwnedKey, work: IdempotentWork<T>): Promise<Outcome<T>> {
    const held = await this.claim(owned);
    if ('holder' in held) return { first: await this.underClaim(held, () => work.first(held)) };
    if ((await work.again()) !== held.bodyHash) throw new IdempotencyConflictError();
    return { replayed: held.answer };
  }

  /** Notes the answer in the transaction of the work; throws {@link IdempotencyInProgressError} when the lease was lost to another call. */
  async complete(claim: Claim, kept: KeptAnswer, tx: EntityManager): Promise<void> {
    if (!(await this.store.complete(claim, kept, tx))) throw new IdempotencyInProgressError();
  }

  private async claim(owned: OwnedKey): Promise<Claim | KeptAnswer> {
    for (let look = 0; look < LOOKS; look++) {
      const claim = await this.store.claim(owned);
      if (claim) return claim;
      const row = await this.store.find(owned);
      if (!row) continue;
      const { bodyHash, batchId, answer } = row;
      if (bodyHash === null || batchId === null || answer === null) break;
      return { bodyHash, batchId, answer };
    }
    throw new IdempotencyInProgressError();
  }

  /** What was refused is not kept: the key is free again. After an unknown commit the row may be the only trace of a batch. */
  private async underClaim<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const renewing = this.renewUntil(ended.signal, claim);
    try {
      return await work();
    } catch (error) {
      ended.abort('ended');
      await renewing;
      if (!(error instanceof UnknownCommitError)) await this.release(claim);
      throw error;
    } finally {
      ended.abort('ended');
    }
  }

  private async renewUntil(ended: AbortSignal, claim: Claim): Promise<void> {
    for (;;) {
      await this.clock.sleep(RENEW_MS, ended);
      if (ended.aborted) return;
      const held = await this.store.renew(claim).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'The lease on an idempotency key could not be renewed');
        return true;
      });
      // Whoever took it does the work now; this call is told so at its commit.
      if (!held) return;
    }
  }

  private async release(claim: Claim): Promise<void> {
    await this.store.release(claim).catch((error: unknown) => {
      // The refusal is what the caller must see; the lease lapses by itself.
      this.logger.warn({ err: error }, 'The idempotency key of a refused request could not be freed');
    });
  }
}
