import type { BlobStore } from '../../blobs/blob-store';
import type { Clock } from '../../common/clock';
import type { ProviderAdapter } from '../contract/adapter';
import type { AdapterDefinition } from '../contract/definition';
import type { ProviderCredentials, ProvidersModuleOptions } from '../providers.module-definition';
import { isInsecure } from '../upstream/insecure-url';
import { SandboxAdapter } from './sandbox/sandbox.adapter';

/** The adapters of those definitions that are configured, and the sandbox. Throws when a base URL cannot be taken. */
export function builtInAdapters(
  definitions: readonly AdapterDefinition[],
  options: ProvidersModuleOptions,
  blobs: BlobStore,
  clock: Clock,
): ProviderAdapter[] {
  const { credentials = {}, timeoutMs } = options;
  const configured = definitions.flatMap((definition) => {
    const own = credentials[definition.id];
    if (!own) return [];
    checkConnection(definition, own, options);
    return [definition.create({ ...own, clock, ...(timeoutMs !== undefined && { timeoutMs }) })];
  });
  return [...(options.sandbox ? [new SandboxAdapter(blobs, clock)] : []), ...configured];
}

function checkConnection(
  { id, baseUrl: vendors }: AdapterDefinition,
  { baseUrl = vendors ?? '' }: ProviderCredentials,
  { allowInsecureUpstream = false }: ProvidersModuleOptions,
): void {
  if (allowInsecureUpstream || !isInsecure(baseUrl)) return;
  throw new Error(
    `The base URL of the provider ${id} is plain http, and its key would go over the network unprotected: ` +
      'use https, or set allowInsecureUpstream',
  );
}
