import { sha256 } from '../common/ids';
import type { Catalog, CatalogModel, CatalogProvider, ModelLimits, ModelPrices } from './catalog/catalog';
import type { Endpoint, ModelTraits, ProviderAdapter, ProviderCapabilities, TargetModel } from './contract/adapter';
import type { AdapterDefinition } from './contract/definition';
import { toListedProviders, type ListedProvider } from './listed-provider';
import { withMessages } from './messages/messages-adapter';
import {
  CapabilityNotSupportedError,
  ModelNotFoundError,
  NoBatchApiError,
  ProviderNotConfiguredError,
} from './providers.errors';

/** The end of a snapshot's name, such as `-20251001`. */
const DATED = /^(.+)-\d{8}$/;

/** A model with everything that is needed to send items to it. */
export interface ResolvedModel {
  readonly adapter: ProviderAdapter;
  readonly provider: string;
  /** Canonical `provider/model`. */
  readonly model: string;
  /** The vendor's own id. */
  readonly upstreamModel: string;
  /** Where it can be sent. */
  readonly endpoints: readonly Endpoint[];
  readonly traits: ModelTraits;
  readonly limits: ResolvedLimits;
  /** Null where the operator names none. */
  readonly prices: ModelPrices | null;
}

/** Few for a line of JSON, whose prompts have three to four: a part that seems to fit does. */
const BYTES_PER_TOKEN = 2;

/** What one upstream batch of a model may hold: the provider's limits, or the model's own where they are narrower. */
export type ResolvedLimits = Pick<
  ProviderCapabilities,
  'maxItems' | 'maxBytes' | 'maxLineBytes' | 'minItems' | 'maxEmbeddingInputs' | 'extraWindows'
> & {
  /** Of the provider; null: no limit. */
  readonly maxConcurrentJobs: number | null;
};

/** A model of the list that callers see. */
export interface ListedModel {
  readonly id: string;
  readonly provider: string;
  readonly supportsBatching: boolean;
}

/** The adapters that are configured, and which models they run. */
export class ProviderRegistry {
  private readonly adapters: ReadonlyMap<string, ProviderAdapter>;
  private readonly providers: ReadonlyMap<string, CatalogProvider>;
  private readonly models: ReadonlyMap<string, CatalogModel>;

  constructor(
    adapters: readonly ProviderAdapter[],
    private readonly catalog: Catalog,
    private readonly definitions: readonly AdapterDefinition[] = [],
  ) {
    this.adapters = indexUnique('provider adapter', adapters, ({ id }) => [id], ' from providers.adapters');
    this.providers = indexUnique('catalog provider', withUnlisted(catalog.providers, adapters), ({ id }) => [id]);
    this.models = withVendorIds(
      indexUnique('catalog model', catalog.models, (model) => [model.id, ...model.aliases]),
      catalog.models,
    );
  }

  /**
   * Finds who runs a model: by canonical or bare id, or by the vendor's own id under the provider's prefix.
   * Throws 404 for an unknown one, 501 without a batch API, 503 without credentials, 400 where the model does not batch.
   */
  resolve(id: string): ResolvedModel {
    const known = this.models.get(id) ?? this.dated(id) ?? this.passedThrough(id);
    const provider = known && this.providers.get(known.provider);
    if (!provider) throw new ModelNotFoundError(id);
    const adapter = this.adapters.get(provider.id);
    if (!adapter && provider.batch !== 'adapter') throw new NoBatchApiError(provider.id, this.capableProviders());
    if (!adapter)
      throw provider.id === 'sandbox' ? new ModelNotFoundError(id) : new ProviderNotConfiguredError(provider.id);
    if (known.endpoints.length === 0)
      throw new CapabilityNotSupportedError(`The model ${known.id} has no batch support.`);
    const endpoints = withMessages(known.endpoints).filter((each) => adapter.capabilities.endpoints.includes(each));
    const { id: model, upstream: upstreamModel, traits = {}, prices = null } = known;
    const limits = {
      ...narrowed(adapter.capabilities, known.limits),
      maxConcurrentJobs: this.maxConcurrentJobs(provider.id),
    };
    return { adapter, provider: provider.id, model, upstreamModel, endpoints, traits, limits, prices };
  }

  /** The canonical id of a model that is named by it, by an alias or by the vendor's id; what nobody knows stays as it is. */
  canonicalId(id: string): string {
    return this.models.get(id)?.id ?? id;
  }

  /** The ids of the providers that are configured. */
  configured(): string[] {
    return [...this.adapters.keys()];
  }

  /** The adapter of a provider that a stored batch names; undefined when it is no longer configured. */
  findAdapter(provider: string): ProviderAdapter | undefined {
    return this.adapters.get(provider);
  }

  /** Differs where a model may resolve in another way or to other limits: a hash of the catalog and of what the adapters can do. */
  fingerprint(): string {
    const adapters = [...this.adapters.values()].map(({ id, capabilities }) => [id, capabilities]);
    return sha256(JSON.stringify([this.catalog, adapters]));
  }

  /** Most jobs that may be open at a provider at once; null where there is no such limit. */
  maxConcurrentJobs(provider: string): number | null {
    const set = this.providers.get(provider)?.maxConcurrentJobs;
    return set === undefined ? (this.adapters.get(provider)?.capabilities.maxConcurrentJobs ?? null) : set;
  }

  /** A stored batch's model, with what the catalog says of it now. */
  targetModel({ model, upstreamModel }: { model: string; upstreamModel: string }): TargetModel {
    return { upstream: upstreamModel, traits: (this.models.get(model) ?? this.dated(model))?.traits ?? {} };
  }

  /** The catalog's models of the providers that are configured. */
  listModels(): ListedModel[] {
    return this.catalog.models
      .filter((model) => this.adapters.has(model.provider))
      .map((model) => ({ id: model.id, provider: model.provider, supportsBatching: model.endpoints.length > 0 }));
  }

  /** Every provider that is known, those without a batch API last. */
  listProviders(): ListedProvider[] {
    return toListedProviders([...this.providers.values()], this.definitions, this.adapters);
  }

  private capableProviders(): string[] {
    return this.catalog.providers
      .filter(({ id, batch }) => this.adapters.has(id) || (batch === 'adapter' && id !== 'sandbox'))
      .map(({ id }) => id);
  }

  /** A snapshot of a model that the catalog lists, named by its date: all that is known of the model holds for it too. */
  private dated(id: string): CatalogModel | undefined {
    const [, undated] = DATED.exec(id) ?? [];
    const model = undated === undefined ? undefined : this.models.get(undated);
    if (!model || undated !== vendorId(model)) return undefined;
    if (!this.providers.get(model.provider)?.passThrough) return undefined;
    return { ...model, id, upstream: id.slice(id.indexOf('/') + 1), aliases: [] };
  }

  /** A model that the catalog does not list, under the prefix of a provider that it knows. */
  private passedThrough(id: string): CatalogModel | undefined {
    const slash = id.indexOf('/');
    const provider = slash > 0 ? this.providers.get(id.slice(0, slash)) : undefined;
    const upstream = id.slice(slash + 1);
    if (!provider || upstream === '') return undefined;
    const adapter = this.adapters.get(provider.id);
    const taken = provider.batch !== 'adapter' || (provider.passThrough && adapter !== undefined);
    if (!taken) return undefined;
    return { id, provider: provider.id, upstream, aliases: [], endpoints: adapter?.capabilities.endpoints ?? [] };
  }
}

/** The vendor's own id under the provider's prefix. */
function vendorId({ id, upstream }: CatalogModel): string {
  return `${id.slice(0, id.indexOf('/'))}/${upstream}`;
}

/** The models by their vendor ids too. A name that the catalog gives goes before, and so does the model that is listed first. */
function withVendorIds(
  index: ReadonlyMap<string, CatalogModel>,
  models: readonly CatalogModel[],
): ReadonlyMap<string, CatalogModel> {
  const implied = models.map((model) => [vendorId(model), model] as const);
  return new Map([...implied.reverse(), ...index]);
}

function narrowed(provider: ProviderCapabilities, model: ModelLimits = {}): Omit<ResolvedLimits, 'maxConcurrentJobs'> {
  const least = (key: 'maxItems' | 'maxBytes' | 'maxLineBytes') => Math.min(provider[key], model[key] ?? Infinity);
  return {
    maxItems: least('maxItems'),
    maxBytes: Math.min(least('maxBytes'), (model.maxQueuedTokens ?? Infinity) * BYTES_PER_TOKEN),
    maxLineBytes: least('maxLineBytes'),
    minItems: provider.minItems,
    ...(provider.maxEmbeddingInputs !== undefined && { maxEmbeddingInputs: provider.maxEmbeddingInputs }),
    extraWindows: model.windows ?? provider.extraWindows,
  };
}

/** A host's adapter for a provider that the catalog does not know takes every model under the provider's prefix. */
function withUnlisted(providers: readonly CatalogProvider[], adapters: readonly ProviderAdapter[]): CatalogProvider[] {
  const listed = new Set(providers.map((provider) => provider.id));
  const unlisted = adapters.filter((adapter) => !listed.has(adapter.id));
  return [
    ...providers,
    ...unlisted.map(({ id }): CatalogProvider => ({ id, name: id, batch: 'adapter', passThrough: true })),
  ];
}

function indexUnique<T>(
  what: string,
  entries: readonly T[],
  keysOf: (entry: T) => string[],
  where = '',
): ReadonlyMap<string, T> {
  const index = new Map<string, T>();
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      if (index.has(key)) throw new Error(`Two entries claim the ${what} id "${key}": remove one of them${where}`);
      index.set(key, entry);
    }
  }
  return index;
}
