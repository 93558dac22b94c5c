import type { Endpoint, ModelTraits, RemoteState } from '../contract/adapter';
import type { ModelLimits, ModelPrices } from './catalog';

/** What an operator adds to the built-in catalog: the content of a catalog file. */
export interface CatalogFile {
  /** Servers that have OpenAI's Files and Batches APIs. */
  readonly providers?: readonly ProviderDescription[];
  /** A model that the built-in catalog has too takes its place. */
  readonly models?: readonly ModelDescription[];
  /** By provider, built in or of this file; an adapter of a host's states its own. */
  readonly limits?: Readonly<Record<string, ProviderLimitsDescription>>;
}

/** What an account has of a provider, in place of what the provider gives everybody. */
export interface ProviderLimitsDescription {
  /** Most jobs that may be open at once; null: no limit. */
  readonly maxConcurrentJobs: number | null;
}

/** A model of any provider. */
export interface ModelDescription {
  /** Canonical `provider/model`. */
  readonly id: string;
  /** The vendor's own id; what stands behind the slash, when left out. */
  readonly upstream?: string;
  readonly aliases?: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly traits?: ModelTraits;
  readonly limits?: ModelLimits;
  /** For the estimates of a dry run. */
  readonly prices?: ModelPrices;
}

/** A server with OpenAI's Files and Batches APIs, as its differences from OpenAI's. Sizes in bytes, times in milliseconds. */
export interface ProviderDescription {
  /** Lower case; the prefix of its models, and in upper case of its settings (`-` becomes `_`). */
  readonly id: string;
  /** For people; the id, when left out. */
  readonly name?: string;
  /** What stands before `/files` and `/batches`. */
  readonly baseUrl: string;
  /** The header of the key and the word before it; `authorization` and `Bearer`, when left out. */
  readonly auth?: { readonly header: string; readonly scheme?: string | null };
  /** By our name, how the server spells each endpoint in a create and in a line where it does so in its own way. */
  readonly endpoints: Readonly<Partial<Record<Endpoint, { readonly create?: string; readonly line?: string }>>>;
  readonly limits: {
    readonly maxItems: number;
    readonly maxBytes: number;
    readonly maxLineBytes?: number;
    readonly minItems?: number;
  };
  /** Completion windows besides `24h`. */
  readonly windows?: readonly string[];
  readonly pollIntervalMs?: number;
  /** How long after a create a 404 still means "not visible yet". */
  readonly notFoundGraceMs?: number;
  readonly upload?: {
    readonly path?: string;
    readonly purpose?: string;
    /** A form field that repeats the file's name. */
    readonly nameField?: string | null;
    readonly expiresAfterSeconds?: number | null;
    /** Whether a create fails until the file's status is `processed`. */
    readonly awaitProcessed?: boolean;
    /** The member of the answer that holds the file. */
    readonly envelope?: string | null;
  };
  readonly create?: {
    /** Whether it takes `metadata`; without it a batch is found by its input file. */
    readonly metadata?: boolean;
    /** The member of the answer that holds the batch. */
    readonly envelope?: string | null;
    /** A header by which a repeated create is the same create. */
    readonly idempotencyHeader?: string | null;
  };
  /** Whether a download is answered with a redirect elsewhere; it is followed without the key. */
  readonly contentRedirects?: boolean;
  /** How lists go on: by the last id, by `paging.next_cursor`, or not at all. */
  readonly paging?: 'after' | 'cursor' | 'none';
  /** The server's own words for states. */
  readonly statusWords?: Readonly<Record<string, RemoteState>>;
  /** Top-level fields of a body that the server does not take. */
  readonly refusedFields?: readonly string[];
  /** What the server calls the first line in the reasons of a failed batch; null, when left out: it does not count reliably. */
  readonly lineBase?: 0 | 1 | null;
}
