import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { OwnerEntity } from '../auth/owner.entity';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { OwnerHoldings } from './owner-holdings';
import { BatchLimitExceededError, StorageLimitExceededError } from './quota.errors';
import { DEFAULT_BATCH_LIMIT, QUOTA_OPTIONS, type QuotaModuleOptions } from './quota.module-definition';

export interface BatchAllowance {
  readonly limit: number;
  readonly remaining: number;
}

type OwnerRow = Pick<OwnerEntity, 'batchLimit'>;

/** The limits on what an owner has: active batches, and bytes that are stored. */
@Injectable()
export class QuotaService {
  constructor(
    @Inject(QUOTA_OPTIONS) private readonly options: QuotaModuleOptions,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** A look without a lock: enough to refuse early, never enough to accept. */
  async allowance(ownerId: string): Promise<BatchAllowance> {
    const sql = `SELECT batch_limit AS "batchLimit", (${this.activeCount()}) AS active
      FROM (SELECT) AS owner LEFT JOIN ${this.owners} ON id = $1`;
    const [row] = await this.database.manager.query<(OwnerRow & { active: number })[]>(sql, [ownerId]);
    return this.toAllowance(row, row?.active ?? 0);
  }

  /**
   * Makes room for one batch in the caller's transaction, holding the owner's row until it ends, so that creates of one
   * owner follow one another. A host's owners get their row here. Throws {@link BatchLimitExceededError} or
   * {@link StorageLimitExceededError}.
   * @param bytes what the batch brings
   * @returns the allowance once that batch is stored
   */
  async reserve(ownerId: string, bytes: number, tx: EntityManager): Promise<BatchAllowance> {
    const owner = await this.hold(ownerId, tx);
    // After the lock and not with it: only a new statement sees what others committed while this one waited.
    const [counted] = await tx.query<{ active: number }[]>(`SELECT (${this.activeCount()}) AS active`, [ownerId]);
    const { limit, remaining } = this.toAllowance(owner, counted?.active ?? 0);
    if (remaining === 0) throw new BatchLimitExceededError(limit);
    await this.assertStorage(ownerId, bytes, tx);
    return { limit, remaining: remaining - 1 };
  }

  /** Makes room for bytes beside any batch, as {@link reserve} does for one's; throws {@link StorageLimitExceededError}. */
  async reserveStorage(ownerId: string, bytes: number, tx: EntityManager): Promise<void> {
    await this.hold(ownerId, tx);
    await this.assertStorage(ownerId, bytes, tx);
  }

  /** A look without a lock, as {@link allowance}: throws {@link StorageLimitExceededError} when not so many bytes more may be stored. */
  async assertStorageLeft(ownerId: string, bytes = 1): Promise<void> {
    await this.assertStorage(ownerId, bytes, this.database.manager);
  }

  private async assertStorage(ownerId: string, bytes: number, manager: EntityManager): Promise<void> {
    const limit = this.options.storedBytesPerOwner;
    if (limit === undefined) return;
    const sql = `SELECT (${this.holdings.storedBytes('$1')}) AS stored`;
    const [row] = await manager.query<{ stored: number }[]>(sql, [ownerId]);
    if ((row?.stored ?? 0) + bytes > limit) throw new StorageLimitExceededError(limit);
  }

  private async hold(ownerId: string, tx: EntityManager): Promise<OwnerRow | undefined> {
    return (await this.lock(ownerId, tx)) ?? this.createLocked(ownerId, tx);
  }

  private async createLocked(ownerId: string, tx: EntityManager): Promise<OwnerRow | undefined> {
    const createdAt = new Date(this.clock.now());
    await tx.createQueryBuilder().insert().into(OwnerEntity).values({ id: ownerId, createdAt }).orIgnore().execute();
    return this.lock(ownerId, tx);
  }

  private async lock(ownerId: string, tx: EntityManager): Promise<OwnerRow | undefined> {
    const sql = `SELECT batch_limit AS "batchLimit" FROM ${this.owners} WHERE id = $1 FOR UPDATE`;
    return (await tx.query<OwnerRow[]>(sql, [ownerId]))[0];
  }

  private get owners(): string {
    return this.database.tableOf(OwnerEntity);
  }

  private activeCount(): string {
    return this.holdings.activeCount('$1');
  }

  private get holdings(): OwnerHoldings {
    // Looked up late: the module that keeps the batches imports this one.
    return this.moduleRef.get(OwnerHoldings, { strict: false });
  }

  private toAllowance(owner: OwnerRow | undefined, active: number): BatchAllowance {
    const limit = owner?.batchLimit ?? this.options.batchLimitPerOwner ?? DEFAULT_BATCH_LIMIT;
    return { limit, remaining: Math.max(0, limit - active) };
  }
}
