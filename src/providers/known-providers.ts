import { ADAPTER_DEFINITIONS } from './adapters/definitions';
import { BUILT_IN_CATALOG } from './catalog/built-in-catalog';
import { extendCatalog, type KnownProviders } from './catalog/extend-catalog';

/** All that is built in, and what a catalog file adds. Throws {@link InvalidCatalogError}. */
export function knownProviders(catalogFile?: unknown): KnownProviders {
  const builtIn = { catalog: BUILT_IN_CATALOG, definitions: ADAPTER_DEFINITIONS };
  return catalogFile === undefined ? builtIn : extendCatalog(builtIn, catalogFile);
}
