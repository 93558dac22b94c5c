import type { DataSource } from 'typeorm';
import { defineModule } from '../common/define-module';
import type { EmbeddedDatabase } from './embedded/embedded-database';
import type { EntityClass } from './entity-class';
import type { PlacementOptions } from './placement';

/** The database, and where in it the tables are. */
export interface DatabaseOptions extends PlacementOptions {
  /**
   * A Postgres DataSource, initialised, on which `migrate` has run. Its connections are shared; its entities, migrations and
   * settings are neither used nor changed.
   */
  readonly dataSource?: DataSource;
  /** In place of a DataSource: the embedded database, for one process. It is closed with the application. */
  readonly embedded?: EmbeddedDatabase;
}

export interface PersistenceModuleOptions extends DatabaseOptions {
  /** `ENTITIES`: those of all our modules. */
  readonly entities: readonly EntityClass[];
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: PERSISTENCE_OPTIONS } =
  defineModule<PersistenceModuleOptions>({ name: 'Persistence', needs: [] });
