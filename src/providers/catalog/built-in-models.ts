import type { Endpoint, ModelTraits } from '../contract/adapter';
import type { CatalogModel } from './catalog';

const CHAT: readonly Endpoint[] = ['/v1/chat/completions'];
const CHAT_AND_RESPONSES: readonly Endpoint[] = ['/v1/chat/completions', '/v1/responses'];
const EMBEDDINGS: readonly Endpoint[] = ['/v1/embeddings'];
const NO_BATCH: readonly Endpoint[] = [];

/**
 * Claude. Sources, as of October 2026: the vendor's pages "Effort", "Thinking", "Structured outputs" and, for each model, its
 * overview ("Max output" outside the beta of 300,000 tokens), "What's new" and migration guide; the table of thinking and
 * effort by model in its repository anthropics/skills.
 */
const CLAUDE: ModelTraits = { tools: true, images: true, jsonSchema: true };
const UNTHINKING = ['none', 'minimal'] as const;
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
/** Takes temperature or top_p and not both. Thinks by a budget alone, and so never unless told; takes no effort. */
const CLAUDE_4_5: ModelTraits = {
  ...CLAUDE,
  sampling: 'one',
  reasoning: 'budget',
  efforts: UNTHINKING,
  maxOutputTokens: 64_000,
};
/** The one model without adaptive thinking that takes an effort. */
const CLAUDE_OPUS_4_5: ModelTraits = { ...CLAUDE_4_5, efforts: [...UNTHINKING, 'low', 'medium', 'high'] };
const CLAUDE_4_6: ModelTraits = {
  ...CLAUDE,
  sampling: 'one',
  reasoning: 'effort',
  efforts: [...UNTHINKING, 'low', 'medium', 'high', 'max'],
  besideThinking: 'none',
  maxOutputTokens: 128_000,
};
/** From Opus 4.7 on, no sampling field is taken at all. */
const CLAUDE_4_7: ModelTraits = {
  ...CLAUDE,
  sampling: 'none',
  reasoning: 'effort',
  efforts: [...UNTHINKING, ...EFFORTS],
  maxOutputTokens: 128_000,
};
const CLAUDE_ALWAYS_THINKING: ModelTraits = { ...CLAUDE_4_7, efforts: EFFORTS };
/** Refuses `thinking: disabled`, and a `tool_choice` of any or a named tool. */
const CLAUDE_UNFORCED: ModelTraits = { ...CLAUDE_ALWAYS_THINKING, forcedTools: false };
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

/** A model of a vendor that hosts those of others, so that its bare id would not say where it runs. */
function hosted(id: string, endpoints: readonly Endpoint[]): CatalogModel {
  return { ...model(id, endpoints), aliases: [] };
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
  claude('opus', '4.5', CLAUDE_OPUS_4_5),
  claude('sonnet', '4.6', CLAUDE_4_6),
  claude('opus', '4.6', CLAUDE_4_6),
  claude('opus', '4.7', CLAUDE_4_7),
  claude('opus', '4.8', CLAUDE_4_7),
  claude('sonnet', '5', CLAUDE_4_7),
  claude('opus', '5', CLAUDE_4_7),
  claude('fable', '5', CLAUDE_ALWAYS_THINKING),
  claude('haiku', '5.5', CLAUDE_4_7),
  claude('sonnet', '5.5', CLAUDE_UNFORCED),
  claude('opus', '5.5', CLAUDE_UNFORCED),
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
  // Run in batches against the live API, by issues of the vendor's SDK for Python.
  ...['grok-4.3', 'grok-4.20-0309-reasoning', 'grok-4.20-0309-non-reasoning'].map((name) => model(`xai/${name}`, CHAT)),
  // Discounted in batches, by the vendor's overview of its batch API.
  hosted('together/meta-llama/Llama-3.3-70B-Instruct-Turbo', CHAT),
  hosted('together/Qwen/Qwen2.5-7B-Instruct-Turbo', CHAT),
  hosted('together/zai-org/GLM-4.5-Air-FP8', CHAT),
  // The example of the vendor's introduction to its batch API.
  hosted('deepinfra/deepseek-ai/DeepSeek-V3', CHAT),
  model('deepseek/deepseek-chat', NO_BATCH),
  // Perplexity's batches run its Agent API; these models answer chat completions, which it does not batch.
  ...['sonar', 'sonar-pro', 'sonar-reasoning-pro', 'sonar-deep-research'].map((name) => ({
    ...model(`perplexity/${name}`, NO_BATCH),
    provider: 'perplexity_sonar',
  })),
];
