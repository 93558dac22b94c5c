import { writeFileSync } from 'node:fs';
import { knownProviders } from '../providers/known-providers';
import { toListedProviders } from '../providers/listed-provider';
import { providerDocs } from '../providers/provider-docs';

/** Writes the page about providers to the path given. */
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Say where to write to');
const { catalog, definitions } = knownProviders();
writeFileSync(path, providerDocs(toListedProviders(catalog.providers, definitions, new Map()), catalog.models));
