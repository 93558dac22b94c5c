import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { TestService } from './test-service';

const ROWS = `SELECT (SELECT count(*)::int FROM meshbatch_batches) AS batches,
  (SELECT count(*)::int FROM meshbatch_parts) AS parts,
  (SELECT count(*)::int FROM meshbatch_files) AS files,
  (SELECT count(*)::int FROM meshbatch_jobs.job) AS jobs`;
const WAIT_MS = 10_000;

/** What a service on the server database holds: keys of its blobs and counts of its rows. */
export async function holdings(service: TestService): Promise<Record<string, unknown>> {
  const client = new Client(service.databaseUrl ?? '');
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, number>>(ROWS);
    return { ...rows[0], blobs: await blobsOf(service) };
  } finally {
    await client.end();
  }
}

/** Keys of all blobs of batches, half-written ones too; the mark that says whose they are is no batch's. */
export async function blobsOf(service: TestService): Promise<string[]> {
  const folder = join(service.dataDir, 'blobs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'installation')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Looks until `holds`; for what announces itself by no event that a test could wait for. */
export async function eventually(what: string, holds: () => Promise<boolean>, waitMs = WAIT_MS): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came to this: ${what}`);
    await sleep(20);
  }
}
