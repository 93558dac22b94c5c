import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { Database } from '../persistence/database';
import { LeftoverEntity } from './leftover.entity';

/** What is to be removed from a provider. */
export type Leftover = Pick<LeftoverEntity, 'provider' | 'attempt' | 'remoteId' | 'ended'>;

/** Until then whoever wrote the row removes what it names; also longer than an upload that was cut off may still be on its way. */
const FIRST_DUE_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** Rows of one statement, which has room for 65,535 parameters. */
const ROWS_AT_ONCE = 1000;

/** Attempts that may have left something at their provider. */
@Injectable()
export class LeftoversStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Notes them in the transaction after which no part names their attempts any more. */
  async insert(leftovers: readonly Leftover[], tx: EntityManager): Promise<void> {
    const dueAt = this.after(FIRST_DUE_MS);
    const rows = leftovers.map((leftover) => ({ ...leftover, token: leftover.attempt.token, dueAt }));
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const values = rows.slice(at, at + ROWS_AT_ONCE);
      await tx.createQueryBuilder().insert().into(LeftoverEntity).values(values).orIgnore().execute();
    }
  }

  /** Notes a job that became known when its attempt was given up already, also where that has left a note without it. */
  async insertLate(leftover: Leftover, tx: EntityManager): Promise<void> {
    await this.insert([leftover], tx);
    const { attempt, remoteId, ended } = leftover;
    const noted = { token: attempt.token, remoteId: IsNull() };
    await tx.update(LeftoverEntity, noted, { remoteId, ended, dueAt: this.after(FIRST_DUE_MS) });
  }

  find(tokens: readonly string[]): Promise<LeftoverEntity[]> {
    return this.database.manager.findBy(LeftoverEntity, { token: In([...tokens]) });
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

  /** Has one that is due wait, without a try. */
  async putOff({ token }: LeftoverEntity): Promise<void> {
    const guard = { token, dueAt: LessThanOrEqual(new Date(this.clock.now())) };
    await this.database.manager.update(LeftoverEntity, guard, { dueAt: this.after(FIRST_DUE_MS) });
  }

  /** Forgets what was removed; a job that became known meanwhile was not. */
  async delete({ attempt: { token }, remoteId }: Pick<Leftover, 'attempt' | 'remoteId'>): Promise<void> {
    await this.database.manager.delete(LeftoverEntity, { token, remoteId: remoteId ?? IsNull() });
  }

  private after(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }
}
