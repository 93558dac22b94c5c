import { OPENAI_DIALECT, type Dialect } from '../dialect';
import { AZURE_DIALECT } from './azure';
import { DEEPINFRA_DIALECT } from './deepinfra';
import { GROQ_DIALECT } from './groq';
import { TOGETHER_DIALECT } from './together';

/** By the name that `run.ts` takes. */
export const DIALECTS: Readonly<Record<string, Dialect>> = {
  openai: OPENAI_DIALECT,
  azure: AZURE_DIALECT,
  groq: GROQ_DIALECT,
  together: TOGETHER_DIALECT,
  deepinfra: DEEPINFRA_DIALECT,
};
