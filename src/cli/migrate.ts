#!/usr/bin/env node
import { openDatabase } from '../config/open-database';
import { loadEnv } from '../config/env';
import { loadEnvFile } from '../config/local-service';

/** Brings the database up to this version and exits. */
async function main(): Promise<void> {
  loadEnvFile();
  const database = await openDatabase(loadEnv());
  await database.close();
  console.log('The database is up to date');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
