import type { OpenAiProfile } from '../profile';
import { AZURE_OPENAI } from './azure-openai';
import { DEEPINFRA } from './deepinfra';
import { GROQ } from './groq';
import { OPENAI } from './openai';
import { TOGETHER } from './together';
import { UNVERIFIED_PROFILES } from './unverified';

/** Every OpenAI-shaped provider that needs no description by an operator. */
export const OPENAI_SHAPED_PROFILES: readonly OpenAiProfile[] = [
  OPENAI,
  AZURE_OPENAI,
  GROQ,
  TOGETHER,
  DEEPINFRA,
  ...UNVERIFIED_PROFILES,
];
