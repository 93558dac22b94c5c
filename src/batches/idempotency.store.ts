import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Ids } from '../common/ids';
import { Database } from '../persistence/database';
import { IdempotencyKeyEntity } from './idempotency-key.entity';

/** How long a call's lease on its key holds without being renewed. */
export const KEY_LEASE_MS = 10_000;
/** How long an answer is given again. */
export const KEPT_MS = 24 * 3_600_000;

/** An owner's key. */
export interface OwnedKey {
  readonly ownerId: string;
  readonly key: string;
}

/** The right to complete a key, of the one call that runs by it. */
export interface Claim extends OwnedKey {
  readonly holder: string;
}

/** What was answered by a key, and to what. */
export interface KeptAnswer {
  /** Of what was asked. */
  readonly bodyHash: string;
  readonly batchId: string;
  /** JSON. */
  readonly answer: string;
}

/** One statement, so that of many that ask at once one gets it; a lapsed lease and an answer that is no longer kept give way. */
const claimKey = (keys: string) => `INSERT INTO ${keys} AS kept (owner_id, key, holder, lease_expires_at, created_at)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (owner_id, key) DO UPDATE SET holder = excluded.holder, lease_expires_at = excluded.lease_expires_at,
    created_at = excluded.created_at, body_hash = NULL, batch_id = NULL, answer = NULL
  WHERE (kept.answer IS NULL AND kept.lease_expires_at <= $5) OR (kept.answer IS NOT NULL AND kept.created_at <= $6)
  RETURNING holder`;

const IS_OVER = 'created_at <= $1 AND lease_expires_at <= $1';
const deleteOver = (keys: string) => `DELETE FROM ${keys} WHERE (owner_id, key) IN
  (SELECT owner_id, key FROM ${keys} WHERE ${IS_OVER} LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Idempotency keys and what they stand for. */
@Injectable()
export class IdempotencyStore {
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.table = database.tableOf(IdempotencyKeyEntity);
  }

  /** Takes a key that nobody holds; null when somebody does, or it was answered. */
  async claim({ ownerId, key }: OwnedKey): Promise<Claim | null> {
    const now = this.clock.now();
    const holder = this.ids.next('req');
    const instants = [new Date(now + KEY_LEASE_MS), new Date(now), new Date(now - KEPT_MS)];
    const parameters = [ownerId, key, holder, ...instants];
    const taken = await this.database.manager.query<object[]>(claimKey(this.table), parameters);
    return taken.length > 0 ? { ownerId, key, holder } : null;
  }

  /** The row of a key; null when there is none. */
  find({ ownerId, key }: OwnedKey): Promise<IdempotencyKeyEntity | null> {
    return this.database.manager.findOneBy(IdempotencyKeyEntity, { ownerId, key });
  }

  /** Whether the claim still held. */
  async renew(claim: Claim): Promise<boolean> {
    const leaseExpiresAt = new Date(this.clock.now() + KEY_LEASE_MS);
    const { affected } = await this.database.manager.update(IdempotencyKeyEntity, { ...claim }, { leaseExpiresAt });
    return affected === 1;
  }

  /** Notes the answer in the caller's transaction; false when somebody else took the key, and then nothing is written. */
  async complete(claim: Claim, kept: KeptAnswer, tx: EntityManager): Promise<boolean> {
    return (await tx.update(IdempotencyKeyEntity, { ...claim }, { ...kept })).affected === 1;
  }

  /** Takes what the owner wrote out of the answer that tells of a batch; the rest stays, so that the key makes no second one. */
  async forget(batchId: string, tx: EntityManager): Promise<void> {
    for (const { ownerId, key, answer } of await tx.findBy(IdempotencyKeyEntity, { batchId })) {
      const kept = JSON.parse(answer ?? '{}') as object;
      const told = 'metadata' in kept ? { ...kept, metadata: null } : kept;
      // A key whose day is over may have been taken for something else since it was read.
      await tx.update(IdempotencyKeyEntity, { ownerId, key, batchId }, { answer: JSON.stringify(told) });
    }
  }

  /** Frees a key that stands for nothing; one that was completed, or that somebody else took meanwhile, stays. */
  async release(claim: Claim): Promise<void> {
    await this.database.manager.delete(IdempotencyKeyEntity, { ...claim, answer: IsNull() });
  }

  /** Removes rows that are of no more use, up to `limit` of them; how many there were. */
  async deleteOver(limit: number): Promise<number> {
    const parameters = [new Date(this.clock.now() - KEPT_MS), limit];
    const [, count] = await this.database.manager.query<[object[], number]>(deleteOver(this.table), parameters);
    return count;
  }
}
