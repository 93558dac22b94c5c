import type { DataSource, EntityManager } from 'typeorm';
import PgBoss from 'pg-boss';
import { assertNoTransaction } from '../persistence/transaction-context';

export interface BossOptions {
  readonly schema: string;
  readonly migrate: boolean;
  readonly supervise: boolean;
}

/** pg-boss on our own DataSource, so that a job is enqueued in the transaction that needs it. */
export function createBoss(dataSource: DataSource, options: BossOptions): PgBoss {
  return new PgBoss({ db: bossDb(dataSource.manager), schedule: false, ...options });
}

/** How pg-boss sends SQL: through a manager, which may be that of an open transaction. */
export function bossDb(manager: EntityManager): PgBoss.Db {
  return {
    executeSql: async (text, values: unknown[] | undefined) => {
      const own = manager.queryRunner === undefined;
      if (own) assertNoTransaction('A job query outside the transaction');
      const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
      try {
        const { records } = await runner.query(text, values, true);
        return { rows: (records ?? []) as never[] };
      } catch (error) {
        // pg-boss sends whole transactions as one text: one that failed half-way must not stay open on a pooled connection.
        if (own) await runner.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        if (own) await runner.release();
      }
    },
  };
}
