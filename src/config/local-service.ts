import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where a service on this machine is found, which it and its clients must agree on. Loads nothing of the service. */
export const DEFAULT_PORT = 3000;
export const DEFAULT_DATA_DIR = './data';

/** Reads `.env`, when there is one, into the environment; what is set already stays. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** The file that holds the first key, of a service that did not start on a terminal. */
export function firstKeyPath(dataDir: string): string {
  return join(dataDir, 'first-api-key');
}
