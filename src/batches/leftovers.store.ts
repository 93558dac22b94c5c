import { Injectable } from '@nestjs/common';
import { LessThanOrEqual, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import type { Attempt } from '../providers/contract/adapter';
import { LeftoverEntity } from './leftover.entity';

/** What is to be removed from a provider. */
export type Leftover = Pick<LeftoverEntity, 'provider' | 'attempt' | 'remoteId'>;

/** Until then whoever wrote the row removes what it names; also longer than an upload that was cut off may still be on its way. */
const FIRST_DUE_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Attempts that may have left something at their provider. */
@Injectable()
export class LeftoversStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Notes it in the transaction after which the part names that attempt no more. */
  async insert(leftover: Leftover, tx: EntityManager): Promise<void> {
    const row = { ...leftover, token: leftover.attempt.token, dueAt: this.after(FIRST_DUE_MS) };
    await tx.createQueryBuilder().insert().into(LeftoverEntity).values(row).orIgnore().execute();
  }

  listDue(limit: number): Promise<LeftoverEntity[]> {
    const where = { dueAt: LessThanOrEqual(new Date(this.clock.now())) };
    return this.database.manager.find(LeftoverEntity, { where, order: { dueAt: 'ASC' }, take: limit });
  }

  /**
   * Takes one that is due for the caller, whose try it now is: the next one is after ten minutes, then twice as long, up to a day. False
   * when somebody else took it or it is gone.
   */
  async take({ token, failures }: LeftoverEntity): Promise<boolean> {
    const now = this.clock.now();
    const dueAt = this.after(Math.min(LONGEST_WAIT_MS, FIRST_DUE_MS * 2 ** Math.min(failures, 16)));
    const guard = { token, dueAt: LessThanOrEqual(new Date(now)) };
    const { affected } = await this.database.manager.update(LeftoverEntity, guard, { dueAt, failures: failures + 1 });
    return affected === 1;
  }

  async delete({ token }: Pick<Attempt, 'token'>): Promise<void> {
    await this.database.manager.delete(LeftoverEntity, { token });
  }

  private after(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }
}
