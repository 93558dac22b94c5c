import { AnthropicSimulator } from './anthropic/anthropic-simulator';
import { FireworksSimulator } from './fireworks/fireworks-simulator';
import { GeminiSimulator } from './gemini/gemini-simulator';
import type { AnySimulator } from './kit/simulator';
import type { CommonOptions } from './kit/types';
import { MistralSimulator } from './mistral/mistral-simulator';
import { AZURE_DIALECT } from './openai/dialects/azure';
import { DEEPINFRA_DIALECT } from './openai/dialects/deepinfra';
import { GROQ_DIALECT } from './openai/dialects/groq';
import { TOGETHER_DIALECT } from './openai/dialects/together';
import type { Dialect } from './openai/dialect';
import { OpenAiSimulator } from './openai/openai-simulator';
import { OpenRouterSimulator } from './openrouter/openrouter-simulator';
import { XaiSimulator } from './xai/xai-simulator';

type Start = (options: CommonOptions) => Promise<AnySimulator>;

const openAiShaped =
  (dialect?: Dialect): Start =>
  (options) =>
    OpenAiSimulator.start({ ...options, ...(dialect && { dialect }) });

/** A simulator of every wire dialect, by the id of its provider. */
export const SIMULATORS: Readonly<Record<string, Start>> = {
  openai: openAiShaped(),
  azure_openai: openAiShaped(AZURE_DIALECT),
  groq: openAiShaped(GROQ_DIALECT),
  together: openAiShaped(TOGETHER_DIALECT),
  deepinfra: openAiShaped(DEEPINFRA_DIALECT),
  anthropic: (options) => AnthropicSimulator.start(options),
  fireworks: (options) => FireworksSimulator.start(options),
  gemini: (options) => GeminiSimulator.start(options),
  mistral: (options) => MistralSimulator.start(options),
  openrouter: (options) => OpenRouterSimulator.start(options),
  xai: (options) => XaiSimulator.start(options),
};
