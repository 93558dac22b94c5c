import type { Pool } from 'pg';
import { DataSource, type EntityTarget, type QueryRunner } from 'typeorm';
import type { EntityClass } from './entity-class';
import type { Placement, PostgresOptions } from './placement';
import { driverOf, type PoolDriver } from './shared-pool';

/** The DataSource that a host gave. Throws when it gave none, saying what to do. */
export function givenDataSource(dataSource: DataSource | undefined): DataSource {
  if (dataSource) return dataSource;
  throw new Error(
    'Meshbatch has no database: give MeshbatchModule the option persistence with a dataSource, which is a Postgres ' +
      'DataSource of TypeORM, or with embedded, which openEmbeddedDatabase opens',
  );
}

/** The pool of a DataSource. Throws when it has none, saying what to do. */
export function poolOf(dataSource: DataSource): Pool {
  if (dataSource.options.type !== 'postgres') {
    throw new Error(
      `Meshbatch needs Postgres, and its DataSource is of the type ${dataSource.options.type}: give it a second ` +
        'one on Postgres, or an embedded database from openEmbeddedDatabase',
    );
  }
  // Documented by TypeORM as the driver's connection pool.
  const pool = (dataSource.driver as unknown as { master?: Pool }).master;
  if (!pool)
    throw new Error('The DataSource of Meshbatch is not open: await its initialize() before the application starts');
  return pool;
}

/**
 * A DataSource with nothing but our own entities, on connections that somebody else opened. A host's DataSource so needs
 * none of our entities, and its `synchronize` and generated migrations never see our tables.
 */
export function ownDataSource(
  driver: PoolDriver,
  placement: Placement,
  more: Partial<PostgresOptions>,
): Promise<DataSource> {
  const options: PostgresOptions = {
    type: 'postgres',
    driver,
    ...(placement.schema !== undefined && { schema: placement.schema }),
    entityPrefix: placement.tablePrefix,
    installExtensions: false,
    ...more,
  };
  return new DataSource(options).initialize();
}

/** {@link ownDataSource} on the pool of the host's. */
export function shareDataSource(
  host: DataSource,
  placement: Placement,
  entities: readonly EntityClass[],
): Promise<DataSource> {
  return ownDataSource(driverOf(poolOf(host)), placement, { entities: [...entities] });
}

/** The name of an entity's table as SQL of ours writes it. */
export function tableOf(dataSource: DataSource, entity: EntityTarget<object>): string {
  return quotePath(dataSource.getMetadata(entity).tablePath);
}

/** Names of tables and indexes as a migration writes them. */
export interface MigrationNames {
  readonly table: (name: string) => string;
  readonly index: (name: string) => string;
}

export function namesIn(runner: QueryRunner): MigrationNames {
  const { schema, entityPrefix = '' } = runner.dataSource.options as PostgresOptions;
  const place = schema === undefined ? '' : `${schema}.`;
  return {
    table: (name) => quotePath(`${place}${entityPrefix}${name}`),
    index: (name) => quotePath(`${entityPrefix}${name}`),
  };
}

function quotePath(path: string): string {
  return path
    .split('.')
    .map((name) => `"${name}"`)
    .join('.');
}
