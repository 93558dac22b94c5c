import type { ModelTraits, TargetModel } from '../../contract/adapter';
import {
  checkMaxTokens,
  checkRange,
  checkResponseFormat,
  checkStop,
  stopTexts,
  type OptionFields as SharedFields,
} from '../../translation/check-options';
import { isGiven, type Fields, type Refuse } from '../../translation/checks';
import { JsonText, rawAt } from '../../translation/raw-json';
import { LEVELS, type GenerationConfig } from './request';

const MOST_STOPS = 5;
const MOST_LOGPROBS = 20;
const [LEAST_SEED, MOST_SEED] = [-(2 ** 31), 2 ** 31 - 1];
const PENALTIES = ['presence_penalty', 'frequency_penalty'] as const;

/** The effort as a level of thinking. */
const LEVEL_OF: ReadonlyMap<unknown, (typeof LEVELS)[number]> = new Map(
  LEVELS.map((level) => [level.toLowerCase(), level]),
);
/** The effort in tokens, as the vendor's OpenAI-compatible API has it: ai.google.dev/gemini-api/docs/openai#thinking. */
const BUDGET_OF: ReadonlyMap<unknown, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
]);
/** Of the models that take a budget, those whose thinking cannot be turned off; by the same source. */
const ALWAYS_THINKS = /^(?:models\/)?gemini-2\.5-pro/;

/** Checks the limits, sampling and reasoning fields, and the form of the answer. */
export function checkOptions(body: Fields, model: TargetModel, refuse: Refuse): void {
  checkMaxTokens(body, model.traits, refuse);
  checkStop(body['stop'], (text) => (text === '' ? 'Must not be empty' : null), refuse);
  if (Array.isArray(body['stop']) && body['stop'].length > MOST_STOPS) {
    refuse(['stop'], `Gemini takes at most ${MOST_STOPS} stop sequences`);
  }
  checkSampling(body, model.traits, refuse);
  checkLogprobs(body, refuse);
  checkResponseFormat(body['response_format'], ['text', 'json_object', 'json_schema'], model.traits, refuse);
  checkEffort(body['reasoning_effort'], model, refuse);
}

function checkSampling(body: Fields, { sampling }: ModelTraits, refuse: Refuse): void {
  const given = ['temperature', 'top_p'].filter((key) => isGiven(body[key]));
  if (sampling === 'none') for (const key of given) refuse([key], 'The model takes no sampling fields');
  if (sampling === 'one' && given.length === 2) refuse(['top_p'], 'The model takes temperature or top_p, and not both');
  if (sampling !== 'none') {
    checkRange(body, 'temperature', [0, 2], refuse);
    checkRange(body, 'top_p', [0, 1], refuse);
  }
  for (const key of PENALTIES) checkRange(body, key, [-2, 2], refuse);
  const { seed } = body;
  if (isGiven(seed) && !isWhole(seed, LEAST_SEED, MOST_SEED)) {
    refuse(['seed'], `Must be a whole number from ${LEAST_SEED} to ${MOST_SEED}`);
  }
}

function checkLogprobs({ logprobs, top_logprobs: top }: Fields, refuse: Refuse): void {
  if (isGiven(logprobs) && typeof logprobs !== 'boolean') refuse(['logprobs'], 'Must be true or false');
  if (!isGiven(top)) return;
  if (!isWhole(top, 0, MOST_LOGPROBS)) refuse(['top_logprobs'], `Must be a whole number from 0 to ${MOST_LOGPROBS}`);
  else if (logprobs !== true) refuse(['top_logprobs'], 'Needs logprobs');
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

function checkEffort(effort: unknown, { upstream, traits: { reasoning } }: TargetModel, refuse: Refuse): void {
  if (!isGiven(effort)) return;
  const path = ['reasoning_effort'];
  if (reasoning === 'none' && effort === 'none') return;
  const efforts = reasoning === 'level' ? LEVEL_OF : reasoning === 'budget' ? BUDGET_OF : null;
  if (efforts === null) return refuse(path, 'It is not known how this model is asked for an effort');
  if (!efforts.has(effort)) return refuse(path, `Must be ${[...efforts.keys()].join(', ')}`);
  if (effort === 'none' && ALWAYS_THINKS.test(upstream)) refuse(path, 'The model cannot be kept from thinking');
}

/** The fields of a body that {@link checkOptions} checks, once they are checked. */
export interface OptionFields extends SharedFields {
  readonly seed?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
}

/** The options of a request, if any. `json` is the whole body, for the bytes of the schema. */
export function toConfig(
  body: OptionFields,
  traits: ModelTraits,
  json: Buffer,
): { generationConfig?: GenerationConfig } {
  const stop = stopTexts(body);
  const limit = body.max_completion_tokens ?? body.max_tokens;
  const config: GenerationConfig = {
    ...(limit != null && { maxOutputTokens: limit }),
    ...(stop.length > 0 && { stopSequences: stop }),
    ...(body.temperature != null && { temperature: body.temperature }),
    ...(body.top_p != null && { topP: body.top_p }),
    ...(body.seed != null && { seed: body.seed }),
    ...(body.presence_penalty != null && { presencePenalty: body.presence_penalty }),
    ...(body.frequency_penalty != null && { frequencyPenalty: body.frequency_penalty }),
    ...(body.logprobs === true && { responseLogprobs: true }),
    ...(body.top_logprobs != null && { logprobs: body.top_logprobs }),
    ...toFormat(body, json),
    ...toThinking(body, traits),
  };
  return Object.keys(config).length > 0 ? { generationConfig: config } : {};
}

function toFormat({ response_format: format }: OptionFields, json: Buffer): GenerationConfig {
  if (format == null || format.type === 'text') return {};
  const schema = format.type === 'json_schema' ? rawAt(json, 'response_format', 'json_schema', 'schema') : null;
  return { responseMimeType: 'application/json', ...(schema && { responseJsonSchema: JsonText.from(schema) }) };
}

function toThinking({ reasoning_effort: effort }: OptionFields, { reasoning }: ModelTraits): GenerationConfig {
  const [thinkingLevel, thinkingBudget] = [LEVEL_OF.get(effort), BUDGET_OF.get(effort)];
  if (reasoning === 'level' && thinkingLevel) return { thinkingConfig: { thinkingLevel } };
  return reasoning === 'budget' && thinkingBudget !== undefined ? { thinkingConfig: { thinkingBudget } } : {};
}
