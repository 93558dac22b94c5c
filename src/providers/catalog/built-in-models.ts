import type { Endpoint, ModelTraits } from '../contract/adapter';
import type { CatalogModel } from './catalog';

const CHAT: readonly Endpoint[] = ['/v1/chat/completions'];
const CHAT_AND_RESPONSES: readonly Endpoint[] = ['/v1/chat/completions', '/v1/responses'];
const EMBEDDINGS: readonly Endpoint[] = ['/v1/embeddings'];
const NO_BATCH: readonly Endpoint[] = [];

/** Claude 4.5 and 4.6 take temperature or top_p and not both; from Opus 4.7 on no sampling field is taken at all. */
const ONE_SAMPLING_FIELD: ModelTraits = { sampling: 'one', tools: true, images: true };
const NO_SAMPLING: ModelTraits = { sampling: 'none', tools: true, images: true };
/** The vendor's most for one answer of the 4.5 models, which is also what is asked for when the caller sets no limit. */
const CLAUDE_4_5: ModelTraits = { ...ONE_SAMPLING_FIELD, maxOutputTokens: 64_000 };
const GEMINI_2_5: ModelTraits = { reasoning: 'budget', tools: true, images: true, jsonSchema: true };
const GEMINI_3: ModelTraits = { ...GEMINI_2_5, reasoning: 'level' };

/** A model whose bare vendor id is an alias too. */
function model(
  id: string,
  endpoints: readonly Endpoint[],
  { upstream, traits }: { upstream?: string; traits?: ModelTraits } = {},
): CatalogModel {
  const bare = id.slice(id.indexOf('/') + 1);
  return {
    id,
    provider: id.slice(0, id.indexOf('/')),
    upstream: upstream ?? bare,
    aliases: [...new Set([bare, upstream ?? bare])],
    endpoints,
    ...(traits && { traits }),
  };
}

function claude(name: string, version: string, traits: ModelTraits): CatalogModel {
  const upstream = `claude-${name}-${version.replace('.', '-')}`;
  return model(`anthropic/claude-${name}-${version}`, CHAT, { upstream, traits });
}

/**
 * Models that are known without any configuration; a new model of a known provider passes through without being listed. Names
 * and capabilities: the vendors' documentation and SDK types of November 2026.
 */
export const BUILT_IN_MODELS: readonly CatalogModel[] = [
  { ...model('sandbox/echo', [...CHAT, ...EMBEDDINGS]), aliases: [] },
  { ...model('sandbox/flaky', CHAT), aliases: [] },
  ...[
    'gpt-4o-mini',
    'gpt-4o',
    'gpt-4.1',
    'gpt-4.1-mini',
    'gpt-4.1-nano',
    'gpt-5',
    'gpt-5-mini',
    'gpt-5-nano',
    'gpt-5.4',
  ].map((name) => model(`openai/${name}`, CHAT_AND_RESPONSES)),
  model('openai/text-embedding-3-small', EMBEDDINGS),
  model('openai/text-embedding-3-large', EMBEDDINGS),
  model('openai/gpt-realtime', NO_BATCH),
  claude('haiku', '4.5', CLAUDE_4_5),
  claude('sonnet', '4.5', CLAUDE_4_5),
  claude('opus', '4.5', CLAUDE_4_5),
  claude('sonnet', '4.6', ONE_SAMPLING_FIELD),
  claude('opus', '4.6', ONE_SAMPLING_FIELD),
  claude('opus', '4.7', NO_SAMPLING),
  claude('opus', '4.8', NO_SAMPLING),
  claude('sonnet', '5', NO_SAMPLING),
  claude('opus', '5', NO_SAMPLING),
  claude('fable', '5', NO_SAMPLING),
  claude('haiku', '5.5', NO_SAMPLING),
  claude('sonnet', '5.5', NO_SAMPLING),
  claude('opus', '5.5', NO_SAMPLING),
  model('gemini/gemini-2.5-flash', CHAT, { traits: GEMINI_2_5 }),
  model('gemini/gemini-2.5-flash-lite', CHAT, { traits: GEMINI_2_5 }),
  model('gemini/gemini-2.5-pro', CHAT, { traits: GEMINI_2_5 }),
  model('gemini/gemini-3.5-flash-lite', CHAT, { traits: GEMINI_3 }),
  model('gemini/gemini-3.8-flash', CHAT, { traits: GEMINI_3 }),
  model('gemini/gemini-embedding-001', EMBEDDINGS),
  model('mistral/mistral-small-latest', CHAT),
  model('mistral/mistral-medium-latest', CHAT),
  model('mistral/mistral-large-latest', CHAT),
  model('mistral/mistral-embed', EMBEDDINGS),
  model('groq/llama-3.1-8b-instant', CHAT),
  model('groq/llama-3.3-70b-versatile', CHAT),
  model('deepseek/deepseek-chat', NO_BATCH),
  // Perplexity's batches run its Agent API; these models answer chat completions, which it does not batch.
  ...['sonar', 'sonar-pro', 'sonar-reasoning-pro', 'sonar-deep-research'].map((name) => ({
    ...model(`perplexity/${name}`, NO_BATCH),
    provider: 'perplexity_sonar',
  })),
];
