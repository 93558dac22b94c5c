import { loadEnv } from './src/config/env';
import { loadEnvFile } from './src/config/local-service';
import { serverDataSource } from './src/config/server-data-source';
import { ENTITIES } from './src/meshbatch/entities';
import { MIGRATIONS, migrationsTable } from './src/persistence/migrations';
import { placementOn } from './src/persistence/placement';

loadEnvFile();
const { DATABASE_URL } = loadEnv();
if (DATABASE_URL === undefined)
  throw new Error('TypeORM’s command line needs DATABASE_URL: the embedded database is only opened by the service');

const dataSource = serverDataSource(DATABASE_URL, 1);
const placement = placementOn(dataSource);

/** What TypeORM’s own command line works on: the tables of the service and its migrations. */
export default dataSource.setOptions({
  entities: [...ENTITIES],
  entityPrefix: placement.tablePrefix,
  migrations: MIGRATIONS,
  migrationsTableName: migrationsTable(placement),
});
