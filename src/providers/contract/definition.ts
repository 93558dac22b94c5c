import type { Clock } from '../../common/clock';
import type { ProviderAdapter, ProviderCapabilities } from './adapter';

/** What an adapter is made with. */
export interface AdapterSettings {
  readonly apiKey: string;
  /** Takes the place of the vendor's own; no trailing slash. */
  readonly baseUrl?: string;
  /** How long the provider may keep silent within any call, in milliseconds. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** What a caller and an operator should know of a provider, a sentence or two each. */
export interface ProviderNotes {
  /** What a cancel does there. */
  readonly cancel: string;
  /** What becomes of items that do not run in time. */
  readonly expiry: string;
  /** What is refused there, and what is left out because it changes nothing. */
  readonly refused: string;
}

/** A provider that we reach, known before it is configured. */
export interface AdapterDefinition {
  /** Lower case; also the prefix of its models, and in upper case of its settings. */
  readonly id: string;
  /** The vendor's own base; null where each account has another, so that one must be given. */
  readonly baseUrl: string | null;
  readonly capabilities: ProviderCapabilities;
  /** Taken from documentation alone: nobody has checked it line by line. */
  readonly unverified: boolean;
  readonly notes: ProviderNotes;
  /** Makes the adapter; throws when a base URL is needed and not given. */
  create(settings: AdapterSettings): ProviderAdapter;
}
