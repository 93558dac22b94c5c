import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SafeLogger } from '../common/safe-logger';
import { Database } from './database';
import { assertMigrated } from './migrations';
import { givenDataSource, poolOf, shareDataSource } from './own-data-source';
import { PERSISTENCE_OPTIONS, type PersistenceModuleOptions } from './persistence.module-definition';
import { placementOn } from './placement';

/** Opens the database when the application starts and leaves it when that ends. */
@Injectable()
export class DatabaseConnection implements OnApplicationShutdown {
  private readonly logger = new SafeLogger(DatabaseConnection.name);
  private database: Database | null = null;

  constructor(@Inject(PERSISTENCE_OPTIONS) private readonly options: PersistenceModuleOptions) {}

  /** Throws, with a sentence that says what to do, when there is no database or it is older than this version. */
  async open(): Promise<Database> {
    const { embedded, entities, ...rest } = this.options;
    const host = givenDataSource(embedded?.dataSource ?? rest.dataSource);
    const { options: pool } = poolOf(host);
    const placement = placementOn(host, rest);
    const dataSource = await shareDataSource(host, placement, entities);
    await assertMigrated(dataSource, placement);
    const isEmbedded = embedded !== undefined;
    this.database = new Database(dataSource, {
      placement,
      embedded: isEmbedded,
      canListen: !isEmbedded && pool.max > 1,
    });
    void embedded?.died.then((error) => this.logger.error({ err: error }, 'The embedded database ended'));
    return this.database;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.database?.dataSource.isInitialized) await this.database.dataSource.destroy();
    await this.options.embedded?.close();
  }
}
