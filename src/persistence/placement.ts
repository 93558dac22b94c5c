import type { DataSource, DataSourceOptions } from 'typeorm';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

const DEFAULT_PREFIX = 'meshbatch_';
/** Unquoted names are folded to lower case by whoever types them by hand, so no other case is taken. */
const NAME = /^[a-z_][a-z0-9_]*$/;
/** What pg-boss takes for a schema. */
const MAX_SCHEMA_LENGTH = 50;
/** Leaves the longest name of an index its place within Postgres's 63 characters. */
const MAX_PREFIX_LENGTH = 32;

/** Where in the database the tables are, as far as a host says. */
export interface PlacementOptions {
  /** Schema of the tables, which must exist; that of the DataSource when left out. */
  readonly schema?: string;
  /** How the names of the tables begin; the DataSource's own `entityPrefix` and `meshbatch_` when left out. */
  readonly tablePrefix?: string;
  /** Schema of the job queue, made by `migrate`; named after schema and prefix when left out, `meshbatch_jobs` by default. */
  readonly jobsSchema?: string;
}

/** Where in the database the tables are. */
export interface Placement {
  /** Undefined for the first of the connection's search path. */
  readonly schema: string | undefined;
  readonly tablePrefix: string;
  readonly jobsSchema: string;
}

/** Settles where the tables are; throws for a name that would not do. */
export function placementOn(dataSource: DataSource, asked: PlacementOptions = {}): Placement {
  const options = dataSource.options as PostgresOptions;
  const schema = asked.schema ?? options.schema;
  const tablePrefix = asked.tablePrefix ?? `${options.entityPrefix ?? ''}${DEFAULT_PREFIX}`;
  const jobsSchema = asked.jobsSchema ?? `${schema === undefined ? '' : `${schema}_`}${tablePrefix}jobs`;
  assertName('schema', schema ?? 'public', MAX_SCHEMA_LENGTH);
  assertName('tablePrefix', tablePrefix, MAX_PREFIX_LENGTH);
  assertName('jobsSchema', jobsSchema, MAX_SCHEMA_LENGTH);
  return { schema, tablePrefix, jobsSchema };
}

function assertName(option: keyof PlacementOptions, name: string, maxLength: number): void {
  if (NAME.test(name) && name.length <= maxLength) return;
  throw new Error(
    `The name ${name} will not do: set persistence.${option} to at most ${maxLength} of a-z, 0-9 and _, not beginning with a digit`,
  );
}
