import type { Endpoint, ModelTraits } from '../contract/adapter';

/** A provider as data: whether it has a batch API at all, and whether we reach it yet. */
export interface CatalogProvider {
  readonly id: string;
  readonly name: string;
  /** `adapter`: we reach its batch API; `planned`: it has one and our adapter is to come; `none`: it has none. */
  readonly batch: 'adapter' | 'planned' | 'none';
  /** Whether `provider/model` is taken for a model that the catalog does not list: new ones appear weekly. */
  readonly passThrough: boolean;
  /** In place of what its adapter says; null: no limit. */
  readonly maxConcurrentJobs?: number | null;
}

/** Limits of one model that are narrower than its provider's. Sizes in bytes. */
export interface ModelLimits {
  readonly maxItems?: number;
  readonly maxBytes?: number;
  readonly maxLineBytes?: number;
  /** Tokens of prompts that the account may have queued for the model: no part is larger, by a cautious guess from its bytes. */
  readonly maxQueuedTokens?: number;
  /** Completion windows besides `24h`, in place of the provider's. */
  readonly windows?: readonly string[];
}

/** What a model's tokens cost by batch, in USD a million; as the operator says, since vendors change theirs. */
export interface ModelPrices {
  readonly input: number;
  readonly output: number;
}

/** A model as data. */
export interface CatalogModel {
  /** Canonical `provider/model`. */
  readonly id: string;
  readonly provider: string;
  /** The vendor's own id. */
  readonly upstream: string;
  readonly aliases: readonly string[];
  /** Endpoints that the vendor's batch API runs this model on; empty where it does not batch. */
  readonly endpoints: readonly Endpoint[];
  readonly traits?: ModelTraits;
  readonly limits?: ModelLimits;
  readonly prices?: ModelPrices;
}

export interface Catalog {
  readonly providers: readonly CatalogProvider[];
  readonly models: readonly CatalogModel[];
}
