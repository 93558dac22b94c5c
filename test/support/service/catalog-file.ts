import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogFile, ProviderLimitsDescription } from '../../../src/providers/catalog/catalog-file';

/** A catalog file that makes several parts of a few items. */
export interface SmallParts {
  /** For CATALOG_FILE. */
  readonly path: string;
  remove(): Promise<void>;
}

/** Narrows models, by default `openai/gpt-4o-mini`, to so many items a part, and providers to so many jobs at once. */
export async function smallParts(
  maxItems: number,
  limits: Readonly<Record<string, ProviderLimitsDescription>> = {},
  ids: readonly string[] = ['openai/gpt-4o-mini'],
): Promise<SmallParts> {
  const models = ids.map((id) => ({
    id,
    aliases: [id.slice(id.indexOf('/') + 1)],
    endpoints: ['/v1/chat/completions'] as const,
    limits: { maxItems },
  }));
  const file: CatalogFile = { models, limits };
  const folder = await mkdtemp(join(tmpdir(), 'meshbatch-catalog-'));
  const path = join(folder, 'catalog.json');
  await writeFile(path, JSON.stringify(file));
  return { path, remove: () => rm(folder, { recursive: true }) };
}
