import { genericProfile } from './adapters/openai-shaped/generic-profile';
import { defineOpenAiShaped } from './adapters/openai-shaped/openai-shaped.adapter';
import { BUILT_IN_CATALOG } from './catalog/built-in-catalog';
import type { Catalog } from './catalog/catalog';
import { ENDPOINTS, type Endpoint, type ProviderAdapter } from './contract/adapter';
import { ProviderRegistry } from './provider-registry';
import { MeshbatchError } from '../http/meshbatch-error';

const adapter = (id: string, endpoints: readonly Endpoint[] = ['/v1/chat/completions']) =>
  ({ id, capabilities: { endpoints } }) as unknown as ProviderAdapter;

const CATALOG: Catalog = {
  providers: [
    { id: 'acme', name: 'Acme', batch: 'adapter', passThrough: true },
    { id: 'closed', name: 'Closed', batch: 'adapter', passThrough: false },
    { id: 'later', name: 'Later', batch: 'planned', passThrough: true },
    { id: 'never', name: 'Never', batch: 'none', passThrough: false },
  ],
  models: [
    { id: 'acme/big', provider: 'acme', upstream: 'big-2026', aliases: ['big', 'big-2026'], endpoints: ENDPOINTS },
    { id: 'acme/voice', provider: 'acme', upstream: 'voice', aliases: [], endpoints: [] },
    { id: 'closed/one', provider: 'closed', upstream: 'one', aliases: [], endpoints: ENDPOINTS },
    { id: 'later/soon', provider: 'later', upstream: 'soon', aliases: ['soon'], endpoints: ENDPOINTS },
    { id: 'never/chat', provider: 'never', upstream: 'chat', aliases: [], endpoints: [] },
  ],
};

const both = new ProviderRegistry([adapter('acme'), adapter('closed')], CATALOG);
const none = new ProviderRegistry([], CATALOG);

function refusal(registry: ProviderRegistry, id: string): string {
  try {
    return `taken as ${registry.resolve(id).model}`;
  } catch (error) {
    if (error instanceof MeshbatchError) return error.code;
    throw error;
  }
}

describe('ProviderRegistry', () => {
  it.each(['acme/big', 'big', 'big-2026'])('resolves %s to its canonical model', (id) => {
    const resolved = both.resolve(id);
    expect(resolved).toMatchObject({ provider: 'acme', model: 'acme/big', upstreamModel: 'big-2026' });
    expect(resolved.adapter.id).toBe('acme');
    expect(resolved.endpoints).toEqual(['/v1/chat/completions']);
  });

  it.each(['acme/big-2026', 'acme/big', 'big'])('takes %s for one model, whichever way it is spelled', (id) => {
    expect(both.resolve(id)).toMatchObject({ model: 'acme/big', upstreamModel: 'big-2026' });
  });

  it('has another fingerprint once a server is told to refuse another field', () => {
    const serverOf = (refusedFields: string[]) => {
      const limits = { maxItems: 10, maxBytes: 1000 };
      const endpoints = { '/v1/chat/completions': {} };
      const profile = genericProfile({ id: 'mine', baseUrl: 'http://127.0.0.1:1', endpoints, limits, refusedFields });
      return new ProviderRegistry([defineOpenAiShaped(profile).create({ apiKey: 'k' })], CATALOG).fingerprint();
    };
    expect(serverOf(['seed'])).toBe(serverOf(['seed']));
    expect(new Set([serverOf([]), serverOf(['seed']), serverOf(['seed', 'n'])]).size).toBe(3);
  });

  it('knows of a dated snapshot what it knows of its model', () => {
    const traits = { sampling: 'none' } as const;
    const catalog = { ...CATALOG, models: [{ ...CATALOG.models[0]!, traits }] };
    const registry = new ProviderRegistry([adapter('acme')], catalog);
    const dated = { model: 'acme/big-2026-20261101', upstreamModel: 'big-2026-20261101', traits };
    expect(registry.resolve('acme/big-2026-20261101')).toMatchObject(dated);
    expect(registry.targetModel(dated)).toEqual({ upstream: 'big-2026-20261101', traits });
    expect(registry.resolve('acme/other-20261101').traits).toEqual({});
  });

  it('puts a name that is given before one that is implied, and of implied ones the first', () => {
    const [big] = CATALOG.models;
    const other = { ...big!, aliases: [] };
    const models = [big!, { ...other, id: 'acme/big-2026', upstream: 'b' }, { ...other, id: 'acme/c', upstream: 'b' }];
    const registry = new ProviderRegistry([adapter('acme')], { ...CATALOG, models });
    expect(registry.resolve('acme/big-2026').upstreamModel).toBe('b');
    expect(registry.resolve('acme/b').model).toBe('acme/big-2026');
  });

  it('has no snapshots of a provider that takes listed models alone', () => {
    expect(refusal(both, 'closed/one-20261001')).toBe('model_not_found');
  });

  it('passes an unlisted model of a configured provider through', () => {
    expect(both.resolve('acme/new/one')).toMatchObject({ model: 'acme/new/one', upstreamModel: 'new/one' });
  });

  it.each([
    ['an unknown bare id', both, 'who', 'model_not_found'],
    ['an unknown provider', both, 'who/big', 'model_not_found'],
    ['a provider and nothing', both, 'acme/', 'model_not_found'],
    ['nothing and a model', both, '/big', 'model_not_found'],
    ['a name of every object', both, 'constructor', 'model_not_found'],
    ['an unlisted model where only listed ones are taken', both, 'closed/two', 'model_not_found'],
    ['an unlisted model of a provider without credentials', none, 'acme/new', 'model_not_found'],
    ['a listed model of a provider without credentials', none, 'big', 'provider_not_available'],
    ['a model that does not batch', both, 'acme/voice', 'model_capability_not_supported'],
    ['a provider without a batch API', both, 'never/chat', 'not_implemented'],
    ['any model of a provider without a batch API', none, 'never/anything', 'not_implemented'],
    ['a provider that we do not reach yet', both, 'soon', 'not_implemented'],
  ])('refuses %s', (_, registry, id, code) => {
    expect(refusal(registry, id)).toBe(code);
  });

  it('lists with a 501 the providers that have batch', () => {
    expect(() => both.resolve('never/chat')).toThrow(
      expect.objectContaining({ extras: { details: { provider: 'never', providers_with_batch: ['acme', 'closed'] } } }),
    );
  });

  it('never tells a long made-up id back whole', () => {
    expect(() => both.resolve('x'.repeat(5000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{0,150}$/) }),
    );
  });

  it.each([
    ['two adapters of one id', [adapter('acme'), adapter('acme')], CATALOG],
    ['two providers of one id', [], { ...CATALOG, providers: [CATALOG.providers[0]!, CATALOG.providers[0]!] }],
    [
      'an alias that is also a model',
      [],
      { ...CATALOG, models: [...CATALOG.models, { ...CATALOG.models[1]!, id: 'big' }] },
    ],
  ])('stops at %s', (_, adapters, catalog) => {
    expect(() => new ProviderRegistry(adapters, catalog)).toThrow(/Two entries claim/);
  });

  it('lists the models of what is configured', () => {
    expect(new ProviderRegistry([adapter('acme')], CATALOG).listModels()).toEqual([
      { id: 'acme/big', provider: 'acme', supportsBatching: true },
      { id: 'acme/voice', provider: 'acme', supportsBatching: false },
    ]);
  });

  it('finds the adapter that a stored batch names, or says that it is gone', () => {
    expect(both.findAdapter('closed')?.id).toBe('closed');
    expect(none.findAdapter('acme')).toBeUndefined();
  });

  it('takes the built-in catalog, and hides the sandbox where it is switched off', () => {
    const registry = new ProviderRegistry([adapter('openai', ENDPOINTS)], BUILT_IN_CATALOG);
    expect(registry.resolve('gpt-4o-mini').model).toBe('openai/gpt-4o-mini');
    expect(refusal(registry, 'sandbox/echo')).toBe('model_not_found');
    expect(refusal(registry, 'claude-haiku-4-5')).toBe('provider_not_available');
    expect(refusal(registry, 'bedrock/anything')).toBe('not_implemented');
    expect(refusal(registry, 'perplexity/sonar')).toBe('not_implemented');
    expect(registry.listModels().every((model) => model.provider === 'openai')).toBe(true);
  });

  // `ProvidersModuleOptions.adapters` promises "the host's own adapters beside the built-in ones".
  it("serves models through a host's adapter for a provider that the catalog only plans", () => {
    const registry = new ProviderRegistry([adapter('later')], CATALOG);
    expect(refusal(registry, 'later/soon')).toBe('taken as later/soon');
  });
});
