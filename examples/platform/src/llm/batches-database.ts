import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { migrate } from 'meshbatch';
import { DataSource } from 'typeorm';

/** The name of the DataSource that Meshbatch uses, beside the platform's own. */
export const BATCHES = 'batches';
/** Where Meshbatch's tables are. */
export const TABLES = { schema: 'llm' } as const;

/** A connection pool without a single entity: Meshbatch keeps its tables to itself. */
export function batchesDatabase(url: string): DynamicModule {
  return TypeOrmModule.forRootAsync({
    name: BATCHES,
    // With Nest 11 the name must be here as well, or the pool is not found again when the application closes.
    useFactory: () => ({ name: BATCHES, type: 'postgres' as const, url, poolSize: 10, installExtensions: false }),
    // Whoever is injected the DataSource finds the tables up to date.
    dataSourceFactory: async (options) => {
      if (!options) throw new Error('The batches database has no options');
      const dataSource = await new DataSource(options).initialize();
      await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${TABLES.schema}`);
      await migrate(dataSource, TABLES);
      return dataSource;
    },
  });
}
