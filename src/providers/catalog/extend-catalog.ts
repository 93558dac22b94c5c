import { z } from 'zod';
import { genericProfileSchema, profileOf } from '../adapters/openai-shaped/generic-profile';
import { defineOpenAiShaped } from '../adapters/openai-shaped/openai-shaped.adapter';
import { ENDPOINTS, REASONING_EFFORTS } from '../contract/adapter';
import type { AdapterDefinition } from '../contract/definition';
import type { Catalog, CatalogModel, CatalogProvider } from './catalog';

const name = z.string().min(1).max(200);
const count = z.int().min(1);

const traitsSchema = z.strictObject({
  sampling: z.enum(['any', 'one', 'none']).optional(),
  tools: z.boolean().optional(),
  forcedTools: z.boolean().optional(),
  images: z.boolean().optional(),
  jsonSchema: z.boolean().optional(),
  reasoning: z.enum(['effort', 'level', 'budget', 'none']).optional(),
  efforts: z.array(z.enum(REASONING_EFFORTS)).optional(),
  besideThinking: z.enum(['any', 'none']).optional(),
  maxOutputTokens: count.optional(),
});

/** Sizes in bytes. */
const limitsSchema = z.strictObject({
  maxItems: count.optional(),
  maxBytes: count.optional(),
  maxLineBytes: count.optional(),
  maxQueuedTokens: count.optional(),
  windows: z.array(z.string().regex(/^[1-9]\d*[hd]$/, 'a window such as 48h or 7d')).optional(),
});

const price = z.number().min(0);

const modelSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]*\/.+$/, 'provider/model'),
  upstream: name.optional(),
  aliases: z.array(name).default([]),
  endpoints: z.array(z.enum(ENDPOINTS)),
  traits: traitsSchema.optional(),
  limits: limitsSchema.optional(),
  prices: z.strictObject({ input: price, output: price }).optional(),
});

/** Checks a {@link CatalogFile}. What is not known is refused. */
export const catalogFileSchema = z.strictObject({
  providers: z.array(genericProfileSchema.extend({ name: name.optional() })).default([]),
  models: z.array(modelSchema).default([]),
  limits: z.record(z.string(), z.strictObject({ maxConcurrentJobs: count.nullable() })).default({}),
});

/** The catalog and the providers that we reach. */
export interface KnownProviders {
  readonly catalog: Catalog;
  readonly definitions: readonly AdapterDefinition[];
}

/** Why a catalog file cannot be taken: every fault by the path of its field. */
export class InvalidCatalogError extends Error {
  override readonly name = 'InvalidCatalogError';

  constructor(readonly problems: readonly string[]) {
    super(`The catalog is not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** The built-in catalog with an operator's additions. Throws {@link InvalidCatalogError}. */
export function extendCatalog(known: KnownProviders, file: unknown): KnownProviders {
  const parsed = catalogFileSchema.safeParse(file);
  if (!parsed.success) {
    throw new InvalidCatalogError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  const { providers, models, limits } = parsed.data;
  const added = providers.map(({ name: shown, ...profile }): CatalogProvider => ({
    id: profile.id,
    name: shown ?? profile.id,
    batch: 'adapter',
    passThrough: true,
  }));
  const all = [...known.catalog.providers, ...added];
  checkModels(models, all);
  checkLimits(Object.keys(limits), all);
  const replaced = new Set(models.map(({ id }) => id));
  return {
    catalog: {
      providers: all.map((provider) => ({ ...provider, ...limits[provider.id] })),
      models: [...known.catalog.models.filter(({ id }) => !replaced.has(id)), ...models.map(toModel)],
    },
    definitions: [
      ...known.definitions,
      ...providers.map(({ name: _name, ...profile }) => defineOpenAiShaped(profileOf(profile))),
    ],
  };
}

function checkModels(models: readonly { id: string }[], providers: readonly CatalogProvider[]): void {
  const ids = new Set(providers.map(({ id }) => id));
  const problems = models.flatMap(({ id }, index) =>
    ids.has(providerOf(id)) ? [] : [`models.${index}.id: there is no provider ${providerOf(id)}`],
  );
  if (problems.length > 0) throw new InvalidCatalogError(problems);
}

function checkLimits(limited: readonly string[], providers: readonly CatalogProvider[]): void {
  const unknown = limited.filter((id) => !providers.some((provider) => provider.id === id));
  if (unknown.length > 0) throw new InvalidCatalogError(unknown.map((id) => `limits.${id}: there is no such provider`));
}

function toModel({
  id,
  upstream,
  aliases,
  endpoints,
  traits,
  limits,
  prices,
}: z.output<typeof modelSchema>): CatalogModel {
  return {
    id,
    provider: providerOf(id),
    upstream: upstream ?? id.slice(id.indexOf('/') + 1),
    aliases,
    endpoints,
    ...(traits && { traits: defined(traits) }),
    ...(limits && { limits: defined(limits) }),
    ...(prices && { prices }),
  };
}

/** Without the members that were left out. */
function defined<T extends object>(object: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]-?: Exclude<T[K], undefined>;
  };
}

function providerOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
