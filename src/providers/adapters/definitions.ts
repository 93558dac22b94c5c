import type { AdapterDefinition } from '../contract/definition';
import { ANTHROPIC } from './anthropic/anthropic.adapter';
import { FIREWORKS } from './fireworks/fireworks.adapter';
import { GEMINI } from './gemini/gemini.adapter';
import { MISTRAL } from './mistral/mistral.adapter';
import { defineOpenAiShaped } from './openai-shaped/openai-shaped.adapter';
import { OPENAI_SHAPED_PROFILES } from './openai-shaped/profiles/profiles';
import { OPENROUTER } from './openrouter/openrouter.adapter';
import { XAI } from './xai/xai.adapter';

/** The one list of providers that we reach: a new one is a line here. */
export const ADAPTER_DEFINITIONS: readonly AdapterDefinition[] = [
  ...OPENAI_SHAPED_PROFILES.map(defineOpenAiShaped),
  ANTHROPIC,
  FIREWORKS,
  GEMINI,
  MISTRAL,
  OPENROUTER,
  XAI,
];
