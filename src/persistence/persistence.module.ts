import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { Database } from './database';
import { DatabaseConnection } from './database-connection';
import { Notifications } from './notifications';
import { ConfigurableModuleClass } from './persistence.module-definition';

/** Gives the other modules their way to the database. */
@Module({
  imports: [CommonModule],
  providers: [
    DatabaseConnection,
    {
      provide: Database,
      useFactory: (connection: DatabaseConnection) => connection.open(),
      inject: [DatabaseConnection],
    },
    Notifications,
  ],
  exports: [Database, Notifications],
})
export class PersistenceModule extends ConfigurableModuleClass {}
