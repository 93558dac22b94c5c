import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { DataSource } from 'typeorm';

export interface PersistenceModuleOptions {
  /** An initialised Postgres DataSource that knows our entities, with our migrations run. */
  readonly dataSource: DataSource;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: PERSISTENCE_OPTIONS } =
  new ConfigurableModuleBuilder<PersistenceModuleOptions>({ moduleName: 'Persistence' })
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
