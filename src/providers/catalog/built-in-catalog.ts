import { BUILT_IN_MODELS } from './built-in-models';
import type { Catalog, CatalogProvider } from './catalog';

function provider(id: string, name: string, batch: CatalogProvider['batch']): CatalogProvider {
  return { id, name, batch, passThrough: batch !== 'none' };
}

/** What is known without any configuration. Facts about batch support: the vendors' documentation of November 2026. */
export const BUILT_IN_CATALOG: Catalog = {
  providers: [
    { ...provider('sandbox', 'Sandbox (simulated, in process)', 'adapter'), passThrough: false },
    provider('openai', 'OpenAI', 'adapter'),
    provider('anthropic', 'Anthropic', 'adapter'),
    provider('azure_openai', 'Azure OpenAI', 'adapter'),
    provider('deepinfra', 'DeepInfra', 'adapter'),
    provider('groq', 'Groq', 'adapter'),
    provider('together', 'Together', 'adapter'),
    provider('doubleword', 'Doubleword', 'adapter'),
    provider('moonshot', 'Moonshot', 'adapter'),
    provider('novita', 'Novita', 'adapter'),
    provider('parasail', 'Parasail', 'adapter'),
    provider('perplexity', 'Perplexity (Agent API)', 'adapter'),
    provider('qwen', 'Alibaba Qwen', 'adapter'),
    provider('siliconflow', 'SiliconFlow', 'adapter'),
    provider('zhipu', 'Zhipu GLM', 'adapter'),
    provider('fireworks', 'Fireworks', 'adapter'),
    provider('gemini', 'Gemini API', 'adapter'),
    provider('mistral', 'Mistral', 'adapter'),
    provider('openrouter', 'OpenRouter', 'adapter'),
    provider('xai', 'xAI', 'adapter'),
    provider('bedrock', 'AWS Bedrock', 'planned'),
    provider('cohere', 'Cohere', 'planned'),
    provider('vertex', 'Vertex AI', 'planned'),
    provider('deepseek', 'DeepSeek', 'none'),
    provider('github', 'GitHub Models', 'none'),
    provider('huggingface', 'Hugging Face Inference Providers', 'none'),
    provider('hyperbolic', 'Hyperbolic', 'none'),
    provider('llamacpp', 'llama.cpp', 'none'),
    provider('lmstudio', 'LM Studio', 'none'),
    provider('localai', 'LocalAI', 'none'),
    provider('ollama', 'Ollama', 'none'),
    provider('perplexity_sonar', 'Perplexity Sonar', 'none'),
    provider('replicate', 'Replicate', 'none'),
    provider('sambanova', 'SambaNova', 'none'),
    provider('sglang', 'SGLang', 'none'),
    provider('tgi', 'Text Generation Inference', 'none'),
    provider('vercel', 'Vercel AI Gateway', 'none'),
    provider('vllm', 'vLLM', 'none'),
  ],
  models: BUILT_IN_MODELS,
};
