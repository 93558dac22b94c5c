import { Module } from '@nestjs/common';
import { Database } from './database';
import {
  ConfigurableModuleClass,
  PERSISTENCE_OPTIONS,
  type PersistenceModuleOptions,
} from './persistence.module-definition';

/** Gives the other modules their way to the database. */
@Module({
  providers: [
    {
      provide: Database,
      useFactory: (options: PersistenceModuleOptions) => new Database(options.dataSource),
      inject: [PERSISTENCE_OPTIONS],
    },
  ],
  exports: [Database],
})
export class PersistenceModule extends ConfigurableModuleClass {}
