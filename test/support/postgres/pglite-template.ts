import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EmbeddedPostgres } from '../../../src/persistence/embedded/embedded-postgres';

/** A worker thread loads no TypeScript, so tests use the built one. */
export const EMBEDDED_WORKER_FILE = resolve(
  __dirname,
  '../../../dist/persistence/embedded/embedded-postgres.worker.js',
);

/** An initialised data folder to copy, since the first start takes seconds. Made once for each version of PGlite. */
export async function pgliteTemplate(): Promise<string> {
  const template = join(tmpdir(), `meshbatch-pglite-${pgliteVersion()}-${process.getuid?.() ?? 'user'}`);
  if (existsSync(template)) return template;
  if (!existsSync(EMBEDDED_WORKER_FILE)) throw new Error(`${EMBEDDED_WORKER_FILE} is missing: build first`);
  const draft = await mkdtemp(`${template}-`);
  const database = await EmbeddedPostgres.open({ dataDir: draft, workerFile: EMBEDDED_WORKER_FILE });
  await database.close();
  // When a parallel run was first, its template is as good.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
  return template;
}

function pgliteVersion(): string {
  const manifest = readFileSync(resolve(__dirname, '../../../package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return dependencies['@electric-sql/pglite']!;
}
