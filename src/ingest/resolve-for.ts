import type { Endpoint } from '../providers/contract/adapter';
import type { ProviderRegistry, ResolvedModel } from '../providers/provider-registry';
import { CapabilityNotSupportedError } from '../providers/providers.errors';

/** Finds who runs a model at an endpoint; refuses as {@link ProviderRegistry.resolve} does, and with 400 where the endpoint does not batch. */
export function resolveFor(registry: ProviderRegistry, model: string, endpoint: Endpoint): ResolvedModel {
  const resolved = registry.resolve(model);
  if (!resolved.endpoints.includes(endpoint)) {
    throw new CapabilityNotSupportedError(`The model ${resolved.model} has no batch support on ${endpoint}.`);
  }
  return resolved;
}
