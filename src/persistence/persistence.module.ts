import { Module } from '@nestjs/common';
import { Database } from './database';
import { DatabaseConnection } from './database-connection';
import { ConfigurableModuleClass } from './persistence.module-definition';

/** Gives the other modules their way to the database. */
@Module({
  providers: [
    DatabaseConnection,
    {
      provide: Database,
      useFactory: (connection: DatabaseConnection) => connection.open(),
      inject: [DatabaseConnection],
    },
  ],
  exports: [Database],
})
export class PersistenceModule extends ConfigurableModuleClass {}
