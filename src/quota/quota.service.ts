import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { OwnerEntity } from '../auth/owner.entity';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { ActiveBatchCounter } from './active-batch-counter';
import { BatchLimitExceededError } from './quota.errors';
import { DEFAULT_BATCH_LIMIT, QUOTA_OPTIONS, type QuotaModuleOptions } from './quota.module-definition';

export interface BatchAllowance {
  readonly limit: number;
  readonly remaining: number;
}

type OwnerRow = Pick<OwnerEntity, 'batchLimit'>;

/** The limit on active batches an owner. */
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
    const manager = this.database.manager;
    return this.count(ownerId, await this.find(ownerId, manager), manager);
  }

  /**
   * Makes room for one batch in the caller's transaction, holding the owner's row until it ends, so that creates of one
   * owner follow one another. A host's owners get their row here. Throws {@link BatchLimitExceededError}.
   * @returns the allowance once that batch is stored
   */
  async reserve(ownerId: string, tx: EntityManager): Promise<BatchAllowance> {
    const owner = (await this.lock(ownerId, tx)) ?? (await this.createLocked(ownerId, tx));
    const { limit, remaining } = await this.count(ownerId, owner, tx);
    if (remaining === 0) throw new BatchLimitExceededError(limit);
    return { limit, remaining: remaining - 1 };
  }

  private async createLocked(ownerId: string, tx: EntityManager): Promise<OwnerRow | null> {
    const createdAt = new Date(this.clock.now());
    await tx.createQueryBuilder().insert().into(OwnerEntity).values({ id: ownerId, createdAt }).orIgnore().execute();
    return this.lock(ownerId, tx);
  }

  private lock(ownerId: string, tx: EntityManager): Promise<OwnerRow | null> {
    return this.find(ownerId, tx, 'FOR UPDATE');
  }

  private async find(ownerId: string, manager: EntityManager, lock = ''): Promise<OwnerRow | null> {
    const owners = this.database.tableOf(OwnerEntity);
    const sql = `SELECT batch_limit AS "batchLimit" FROM ${owners} WHERE id = $1 ${lock}`;
    const [owner] = await manager.query<OwnerRow[]>(sql, [ownerId]);
    return owner ?? null;
  }

  private async count(ownerId: string, owner: OwnerRow | null, manager: EntityManager): Promise<BatchAllowance> {
    const limit = owner?.batchLimit ?? this.options.batchLimitPerOwner ?? DEFAULT_BATCH_LIMIT;
    // Looked up late: the module that keeps the batches imports this one.
    const counter = this.moduleRef.get(ActiveBatchCounter, { strict: false });
    const active = await counter.countActive(ownerId, manager);
    return { limit, remaining: Math.max(0, limit - active) };
  }
}
