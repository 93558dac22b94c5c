import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager, EntityTarget, QueryRunner } from 'typeorm';
import { SafeLogger } from '../common/safe-logger';
import { tableOf } from './own-data-source';
import type { Placement } from './placement';
import { assertNoTransaction, runInTransactionContext } from './transaction-context';

/** The connection was lost at COMMIT: what was done may be stored or not, and only a fresh read can tell. */
export class UnknownCommitError extends Error {
  override readonly name = 'UnknownCommitError';

  constructor(options: ErrorOptions) {
    super('The connection was lost while a transaction was being committed', options);
  }
}

/** What kind of database there is, and where in it our tables are. */
export interface DatabaseFacts {
  readonly placement: Placement;
  /** Whether it is the embedded one, which this process has to itself. */
  readonly embedded: boolean;
  /** Whether a connection can be kept for hearing what other processes tell. */
  readonly canListen: boolean;
}

/** The door to the DataSource: every query of ours goes through a transaction's manager or through {@link manager}. */
@Injectable()
export class Database {
  private readonly logger = new SafeLogger(Database.name);

  constructor(
    readonly dataSource: DataSource,
    readonly facts: DatabaseFacts,
  ) {}

  /** The manager for a query of its own; throws inside a transaction. */
  get manager(): EntityManager {
    assertNoTransaction('A query outside the transaction');
    return this.dataSource.manager;
  }

  /** The name of an entity's table, for SQL that is written by hand. */
  tableOf(entity: EntityTarget<object>): string {
    return tableOf(this.dataSource, entity);
  }

  /**
   * Runs `work` in one transaction. Throws what `work` threw after rolling back, or {@link UnknownCommitError}.
   * No HTTP or blob call belongs inside.
   */
  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    assertNoTransaction('A transaction');
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const { result, afterCommit } = await this.attempt(runner, work);
      await commit(runner);
      this.runAfterCommit(afterCommit);
      return result;
    } finally {
      await runner
        .release()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'A connection was not given back'));
    }
  }

  /** The transaction is committed: what fails now must not look as if it were not. */
  private runAfterCommit(actions: readonly (() => void)[]): void {
    for (const action of actions) {
      try {
        action();
      } catch (error) {
        this.logger.error({ err: error }, 'What was to follow a commit failed');
      }
    }
  }

  private async attempt<T>(runner: QueryRunner, work: (tx: EntityManager) => Promise<T>) {
    try {
      return await runInTransactionContext(() => work(runner.manager));
    } catch (error) {
      // The connection may be gone; the first error is the one that says why.
      await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  }
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    throw new UnknownCommitError({ cause: error });
  }
}
