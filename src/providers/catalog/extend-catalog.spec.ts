import { ADAPTER_DEFINITIONS } from '../adapters/definitions';
import { ProviderRegistry } from '../provider-registry';
import { knownProviders } from '../known-providers';
import { BUILT_IN_CATALOG } from './built-in-catalog';
import type { CatalogFile } from './catalog-file';

const SERVER: NonNullable<CatalogFile['providers']>[number] = {
  id: 'my-server',
  name: 'My server',
  baseUrl: 'https://batch.example.com/v1',
  endpoints: { '/v1/chat/completions': {} },
  limits: { maxItems: 1000, maxBytes: 10_000_000 },
};
const MODEL: NonNullable<CatalogFile['models']>[number] = {
  id: 'my-server/llama',
  upstream: 'llama-3',
  aliases: ['llama'],
  endpoints: ['/v1/chat/completions'],
};

function registryOf(file: unknown): ProviderRegistry {
  const { catalog, definitions } = knownProviders(file);
  return new ProviderRegistry(
    definitions.map((definition) =>
      definition.create({
        apiKey: 'k',
        ...(definition.baseUrl === null && { baseUrl: 'https://x.example.com/accounts/mine' }),
      }),
    ),
    catalog,
    definitions,
  );
}
const problemsOf = (file: unknown): string => {
  try {
    knownProviders(file);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('the built-in catalogue', () => {
  it('has an entry for every provider that we reach, and reaches every one that it says we do', () => {
    const reached = BUILT_IN_CATALOG.providers.filter(({ id, batch }) => batch === 'adapter' && id !== 'sandbox');
    expect(reached.map(({ id }) => id).sort()).toEqual(ADAPTER_DEFINITIONS.map(({ id }) => id).sort());
  });

  it('lists models of providers that it has, on endpoints that these run', () => {
    const registry = registryOf(undefined);
    const reached = new Set(ADAPTER_DEFINITIONS.map(({ id }) => id));
    for (const { id, provider, endpoints } of BUILT_IN_CATALOG.models) {
      expect(BUILT_IN_CATALOG.providers.map((each) => each.id)).toContain(provider);
      if (endpoints.length === 0 || !reached.has(provider)) continue;
      // Messages go wherever chat completions do, and no entry says so.
      expect(registry.resolve(id).endpoints.filter((each) => each !== '/v1/messages')).toEqual(endpoints);
    }
  });
});

describe('the Claude models', () => {
  const registry = registryOf(undefined);
  const check = (model: string, body: object) => {
    const { adapter, upstreamModel: upstream, traits } = registry.resolve(`anthropic/claude-${model}`);
    const chat = { model, messages: [{ role: 'user', content: 'hi' }], ...body };
    const item = { endpoint: '/v1/chat/completions' as const, body: Buffer.from(JSON.stringify(chat)) };
    const refused = adapter.check(item, { upstream, traits }).map(({ path }) => path.join('.'));
    if (refused.length > 0) return refused;
    const { thinking, output_config: config } = JSON.parse(
      adapter.encode(item, 'r0000000-abcd1234', { upstream, traits }).toString(),
    ).params;
    return [thinking?.type, config?.effort];
  };
  const REFUSED = ['reasoning_effort'];

  it.each([
    ['haiku-4.5', 'low', REFUSED],
    ['haiku-4.5', 'none', ['disabled', undefined]],
    ['haiku-4-5-20251001', 'low', REFUSED],
    ['sonnet-4.5', 'high', REFUSED],
    ['opus-4.5', 'high', [undefined, 'high']],
    ['opus-4.5', 'max', REFUSED],
    ['sonnet-4.6', 'max', ['adaptive', 'max']],
    ['opus-4.6', 'xhigh', REFUSED],
    ['opus-4.7', 'xhigh', ['adaptive', 'xhigh']],
    ['opus-4-8', 'minimal', ['disabled', undefined]],
    ['opus-5', 'none', ['disabled', undefined]],
    ['haiku-5.5', 'none', ['disabled', undefined]],
    ['fable-5', 'none', REFUSED],
    ['sonnet-5.5', 'none', REFUSED],
    ['opus-5.5', 'minimal', REFUSED],
    ['opus-5.5', 'max', ['adaptive', 'max']],
    ['of-tomorrow', 'max', ['adaptive', 'max']],
    ['of-tomorrow', 'none', ['disabled', undefined]],
  ])('%s asked for the effort %s: %j', (model, effort, found) => {
    expect(check(model, { reasoning_effort: effort })).toEqual(found);
  });

  it('are all given a limit', () => {
    const own = BUILT_IN_CATALOG.models.filter(({ provider }) => provider === 'anthropic');
    expect(own.filter(({ traits }) => traits?.maxOutputTokens === undefined)).toEqual([]);
    expect(registry.resolve('claude-haiku-4-5').traits.maxOutputTokens).toBe(64_000);
    expect(registry.resolve('claude-opus-5.5').traits.maxOutputTokens).toBe(128_000);
  });
});

describe('extendCatalog', () => {
  it('adds a provider and its models, by any of their names', () => {
    const registry = registryOf({ providers: [SERVER], models: [MODEL] });
    for (const id of ['my-server/llama', 'llama']) {
      expect(registry.resolve(id)).toMatchObject({ model: 'my-server/llama', upstreamModel: 'llama-3' });
    }
    expect(registry.resolve('my-server/other')).toMatchObject({ upstreamModel: 'other' });
    expect(registry.listProviders().find(({ id }) => id === 'my-server')).toMatchObject({
      name: 'My server',
      batch: 'supported',
      unverified: true,
      capabilities: { maxItems: 1000 },
    });
  });

  it('narrows the limits of a model, and never widens them', () => {
    const limits = { maxItems: 10, maxBytes: 99_999_999_999, windows: ['7d'] };
    const registry = registryOf({ models: [{ id: 'openai/gpt-4o', endpoints: ['/v1/chat/completions'], limits }] });
    expect(registry.resolve('openai/gpt-4o').limits).toMatchObject({
      maxItems: 10,
      maxBytes: 200_000_000,
      extraWindows: ['7d'],
    });
  });

  it('cuts the parts of a model to the tokens that the account may have queued', () => {
    const model = (maxQueuedTokens: number) => ({
      models: [{ id: 'openai/gpt-4o', endpoints: ['/v1/chat/completions'] as const, limits: { maxQueuedTokens } }],
    });
    expect(registryOf(model(90_000)).resolve('openai/gpt-4o').limits.maxBytes).toBe(180_000);
    expect(registryOf(model(9_000_000_000)).resolve('openai/gpt-4o').limits.maxBytes).toBe(200_000_000);
  });

  it('sets how many jobs may be open at a provider at once, in place of what is built in', () => {
    const limits = { openai: { maxConcurrentJobs: 3 }, gemini: { maxConcurrentJobs: null } };
    const most = (registry: ProviderRegistry) =>
      ['openai', 'gemini', 'mistral'].map((provider) => registry.maxConcurrentJobs(provider));
    expect(most(registryOf(undefined))).toEqual([null, 100, null]);
    expect(most(registryOf({ limits }))).toEqual([3, null, null]);
    expect(registryOf({ limits }).resolve('openai/gpt-4o').limits.maxConcurrentJobs).toBe(3);
    const listed = registryOf({ limits }).listProviders();
    expect(listed.find(({ id }) => id === 'openai')?.capabilities?.maxConcurrentJobs).toBe(3);
  });

  it('puts a model in the place of the built-in one', () => {
    const traits = { sampling: 'none', maxOutputTokens: 5 } as const;
    const model = { id: 'anthropic/claude-haiku-4.5', upstream: 'mine', endpoints: ['/v1/chat/completions'], traits };
    const registry = registryOf({ models: [model] });
    expect(registry.resolve('anthropic/claude-haiku-4.5')).toMatchObject({ upstreamModel: 'mine', traits });
  });

  it('takes what is known of how a model thinks', () => {
    const traits = {
      reasoning: 'effort',
      efforts: ['none', 'high'],
      besideThinking: 'none',
      forcedTools: false,
    } as const;
    const registry = registryOf({ models: [{ ...MODEL, id: 'openai/x', aliases: [], traits }] });
    expect(registry.resolve('openai/x').traits).toEqual(traits);
    const wrong = { models: [{ ...MODEL, id: 'openai/x', traits: { efforts: ['most'] } }] };
    expect(problemsOf(wrong)).toContain('models.0.traits.efforts.0');
  });

  it.each([
    ['limits of nobody', { limits: { who: { maxConcurrentJobs: 1 } } }, 'limits.who: there is no such provider'],
    ['a field that is not known', { provider: [] }, 'provider'],
    ['a model of nobody', { models: [{ id: 'who/x', endpoints: [] }] }, 'there is no provider who'],
    [
      'an endpoint that is not known',
      { models: [{ id: 'openai/x', endpoints: ['/v1/audio'] }] },
      'models.0.endpoints.0',
    ],
    ['a model without a provider', { models: [{ id: 'x', endpoints: [] }] }, 'models.0.id'],
    ['a provider without limits', { providers: [{ ...SERVER, limits: undefined }] }, 'providers.0.limits'],
    ['a key in a URL', { providers: [{ ...SERVER, baseUrl: 'https://key@h/v1' }] }, 'providers.0.baseUrl'],
  ])('refuses %s, by name', (_, file, problem) => {
    expect(problemsOf(file)).toContain(problem);
  });
});
