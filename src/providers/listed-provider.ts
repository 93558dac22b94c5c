import type { CatalogProvider } from './catalog/catalog';
import type { ProviderAdapter, ProviderCapabilities } from './contract/adapter';
import type { AdapterDefinition, ProviderNotes } from './contract/definition';
import { withMessages } from './messages/messages-adapter';

/** A provider of the list that callers see. */
export interface ListedProvider {
  readonly id: string;
  readonly name: string;
  /** `planned`: it has a batch API that we do not reach yet. */
  readonly batch: 'supported' | 'planned' | 'none';
  readonly configured: boolean;
  /** Taken from documentation alone. */
  readonly unverified: boolean;
  /** Null where we do not reach it. */
  readonly capabilities:
    (Omit<ProviderCapabilities, 'maxConcurrentJobs'> & { maxConcurrentJobs: number | null }) | null;
  /** Null where we do not reach it, and for a host's own adapter. */
  readonly notes: ProviderNotes | null;
}

const BATCH = { adapter: 'supported', planned: 'planned', none: 'none' } as const;
const ORDER: readonly ListedProvider['batch'][] = ['supported', 'planned', 'none'];

/** Reached ones first, unverified ones after those that were checked, then by name. The sandbox is listed where it is switched on. */
export function toListedProviders(
  providers: readonly CatalogProvider[],
  definitions: readonly AdapterDefinition[],
  adapters: ReadonlyMap<string, ProviderAdapter>,
): ListedProvider[] {
  return providers
    .filter(({ id }) => id !== 'sandbox' || adapters.has(id))
    .map((provider): ListedProvider => {
      const adapter = adapters.get(provider.id);
      const definition = definitions.find(({ id }) => id === provider.id);
      const capabilities = adapter?.capabilities ?? definition?.capabilities ?? null;
      const { maxConcurrentJobs = capabilities?.maxConcurrentJobs ?? null } = provider;
      return {
        id: provider.id,
        name: provider.name,
        batch: adapter ? 'supported' : BATCH[provider.batch],
        configured: adapter !== undefined,
        unverified: definition?.unverified ?? false,
        capabilities: capabilities && {
          ...capabilities,
          endpoints: withMessages(capabilities.endpoints),
          maxConcurrentJobs,
        },
        notes: definition?.notes ?? null,
      };
    })
    .sort(
      (a, b) =>
        ORDER.indexOf(a.batch) - ORDER.indexOf(b.batch) ||
        Number(a.unverified) - Number(b.unverified) ||
        compare(a.name, b.name),
    );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
