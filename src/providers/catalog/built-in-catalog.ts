import type { Endpoint } from '../contract/adapter';
import type { Catalog, CatalogModel, CatalogProvider } from './catalog';

const CHAT: readonly Endpoint[] = ['/v1/chat/completions', '/v1/responses'];

function provider(id: string, name: string, batch: CatalogProvider['batch']): CatalogProvider {
  return { id, name, batch, passThrough: batch !== 'none' };
}

/** A model whose bare vendor id is an alias too. */
function model(id: string, endpoints: readonly Endpoint[], upstream = id.slice(id.indexOf('/') + 1)): CatalogModel {
  const bare = id.slice(id.indexOf('/') + 1);
  return { id, provider: id.slice(0, id.indexOf('/')), upstream, aliases: [...new Set([bare, upstream])], endpoints };
}

/** What is known without any configuration. Facts about batch support: the vendors' documentation of November 2026. */
export const BUILT_IN_CATALOG: Catalog = {
  providers: [
    { ...provider('sandbox', 'Sandbox (simulated, in process)', 'adapter'), passThrough: false },
    provider('openai', 'OpenAI', 'adapter'),
    provider('anthropic', 'Anthropic', 'planned'),
    provider('azure_openai', 'Azure OpenAI', 'planned'),
    provider('bedrock', 'AWS Bedrock', 'planned'),
    provider('cohere', 'Cohere', 'planned'),
    provider('deepinfra', 'DeepInfra', 'planned'),
    provider('fireworks', 'Fireworks', 'planned'),
    provider('gemini', 'Gemini API', 'planned'),
    provider('groq', 'Groq', 'planned'),
    provider('mistral', 'Mistral', 'planned'),
    provider('moonshot', 'Moonshot', 'planned'),
    provider('openrouter', 'OpenRouter', 'planned'),
    provider('qwen', 'Alibaba Qwen', 'planned'),
    provider('together', 'Together', 'planned'),
    provider('vertex', 'Vertex AI', 'planned'),
    provider('xai', 'xAI', 'planned'),
    provider('deepseek', 'DeepSeek', 'none'),
    provider('github', 'GitHub Models', 'none'),
    provider('huggingface', 'Hugging Face Inference Providers', 'none'),
    provider('hyperbolic', 'Hyperbolic', 'none'),
    provider('llamacpp', 'llama.cpp', 'none'),
    provider('lmstudio', 'LM Studio', 'none'),
    provider('localai', 'LocalAI', 'none'),
    provider('ollama', 'Ollama', 'none'),
    provider('perplexity', 'Perplexity Sonar', 'none'),
    provider('replicate', 'Replicate', 'none'),
    provider('sambanova', 'SambaNova', 'none'),
    provider('sglang', 'SGLang', 'none'),
    provider('tgi', 'Text Generation Inference', 'none'),
    provider('vercel', 'Vercel AI Gateway', 'none'),
    provider('vllm', 'vLLM', 'none'),
  ],
  models: [
    { ...model('sandbox/echo', ['/v1/chat/completions', '/v1/embeddings']), aliases: [] },
    { ...model('sandbox/flaky', ['/v1/chat/completions']), aliases: [] },
    model('openai/gpt-4o-mini', CHAT),
    model('openai/gpt-4o', CHAT),
    model('openai/gpt-4.1', CHAT),
    model('openai/gpt-4.1-mini', CHAT),
    model('openai/gpt-4.1-nano', CHAT),
    model('openai/gpt-5', CHAT),
    model('openai/gpt-5-mini', CHAT),
    model('openai/gpt-5-nano', CHAT),
    model('openai/gpt-5.4', CHAT),
    model('openai/text-embedding-3-small', ['/v1/embeddings']),
    model('openai/text-embedding-3-large', ['/v1/embeddings']),
    model('openai/gpt-realtime', []),
    model('anthropic/claude-haiku-4.5', ['/v1/chat/completions'], 'claude-haiku-4-5'),
    model('gemini/gemini-2.5-flash', ['/v1/chat/completions']),
    model('mistral/mistral-small-latest', ['/v1/chat/completions']),
    model('deepseek/deepseek-chat', []),
    model('perplexity/sonar', []),
  ],
};
