import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { knownProviders } from './known-providers';
import { toListedProviders } from './listed-provider';
import { providerDocs } from './provider-docs';

describe('docs/providers.md', () => {
  it('says what the code knows; npm run docs:providers writes it', () => {
    const { catalog, definitions } = knownProviders();
    const written = readFileSync(resolve(__dirname, '../../docs/providers.md'), 'utf8');
    expect(providerDocs(toListedProviders(catalog.providers, definitions, new Map()), catalog.models)).toBe(written);
  });
});
