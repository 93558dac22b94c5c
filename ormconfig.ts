import { createDataSource } from './src/config/data-source';
import { loadEnv, loadEnvFile } from './src/config/env';

loadEnvFile();
const { DATABASE_URL } = loadEnv();
if (DATABASE_URL === undefined)
  throw new Error('TypeORM’s command line needs DATABASE_URL: the embedded database is only opened by the service');

/** What TypeORM’s own command line works on. */
export default createDataSource(DATABASE_URL);
