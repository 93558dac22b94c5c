import { REASONING_EFFORTS, type ModelTraits } from '../../contract/adapter';
import {
  checkMaxTokens,
  checkRange,
  checkResponseFormat,
  checkStop,
  stopTexts,
  type OptionFields as SharedFields,
} from '../../translation/check-options';
import { checkOptionalString, isGiven, type Fields, type Refuse } from '../../translation/checks';
import { NOT_THINKING } from '../../translation/thinking';
import { JsonText, rawAt } from '../../translation/raw-json';
import { EFFORTS, type MessagesParams } from './params';

/**
 * Most tokens of an answer where neither the caller nor what is known of the model gives a limit. The vendor requires one;
 * this is one that a long answer fits into and that models of some years take.
 */
export const DEFAULT_MAX_TOKENS = 8192;

/** Checks the limits, sampling and reasoning fields, and the form of the answer. */
export function checkOptions(body: Fields, traits: ModelTraits, refuse: Refuse): void {
  checkMaxTokens(body, traits, refuse);
  checkStop(body['stop'], stopRefusal, refuse);
  checkSampling(body, traits, refuse);
  checkEffort(body['reasoning_effort'], traits, refuse);
  checkResponseFormat(body['response_format'], ['text', 'json_schema'], traits, refuse);
  checkUser(body, refuse);
}

function stopRefusal(text: string): string | null {
  return text.trim() === '' ? 'Anthropic takes no stop sequence of white space alone' : null;
}

function checkSampling(body: Fields, { sampling }: ModelTraits, refuse: Refuse): void {
  const given = ['temperature', 'top_p'].filter((key) => isGiven(body[key]));
  for (const key of given) {
    if (sampling === 'none') refuse([key], 'The model takes no sampling fields');
    else checkRange(body, key, [0, 1], refuse);
  }
  if (sampling === 'one' && given.length === 2) refuse(['top_p'], 'The model takes temperature or top_p, and not both');
}

/** Checks the effort for a model whose own efforts are not known. */
function checkEffort(effort: unknown, { reasoning, efforts }: ModelTraits, refuse: Refuse): void {
  if (!isGiven(effort) || efforts || NOT_THINKING.includes(effort)) return;
  const path = ['reasoning_effort'];
  if (!EFFORTS.some((each) => each === effort)) return refuse(path, `Must be ${REASONING_EFFORTS.join(', ')}`);
  if (reasoning !== undefined && reasoning !== 'effort') refuse(path, 'The model cannot be asked for an effort');
}

function checkUser(body: Fields, refuse: Refuse): void {
  checkOptionalString(body, 'user', [], refuse);
  checkOptionalString(body, 'safety_identifier', [], refuse);
  const { user, safety_identifier: identifier } = body;
  if (isGiven(user) && isGiven(identifier) && user !== identifier) refuse(['user'], 'Differs from safety_identifier');
}

/** The fields of a body that {@link checkOptions} checks, once they are checked. */
export interface OptionFields extends SharedFields {
  readonly user?: string | null;
  readonly safety_identifier?: string | null;
}

export function toMaxTokens(body: OptionFields, { maxOutputTokens }: ModelTraits): number {
  return body.max_completion_tokens ?? body.max_tokens ?? maxOutputTokens ?? DEFAULT_MAX_TOKENS;
}

/** All other parameters that {@link checkOptions} checks. `json` is the whole body, for the bytes of the schema. */
export function toOptions(body: OptionFields, traits: ModelTraits, json: Buffer): Partial<MessagesParams> {
  const stop = stopTexts(body);
  const userId = body.safety_identifier ?? body.user;
  return {
    ...(stop.length > 0 && { stop_sequences: stop }),
    ...(body.temperature != null && { temperature: body.temperature }),
    ...(body.top_p != null && { top_p: body.top_p }),
    ...toOutput(body, traits, json),
    ...(userId != null && { metadata: { user_id: userId } }),
  };
}

function toOutput(
  { reasoning_effort: asked, response_format: format }: OptionFields,
  { reasoning }: ModelTraits,
  json: Buffer,
): Pick<MessagesParams, 'thinking' | 'output_config'> {
  const schema = format?.type === 'json_schema' ? rawAt(json, 'response_format', 'json_schema', 'schema') : null;
  const effort = EFFORTS.find((each) => each === asked);
  const config = {
    ...(effort && { effort }),
    ...(schema && { format: { type: 'json_schema' as const, schema: JsonText.from(schema) } }),
  };
  const thinking = thinkingAt(asked, reasoning);
  return {
    ...(thinking && { thinking: { type: thinking } }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
  };
}

/** Many models that are asked for an effort do not think unless told; those that take budgets alone cannot be told so. */
function thinkingAt(effort: unknown, reasoning: ModelTraits['reasoning']): 'adaptive' | 'disabled' | null {
  if (effort == null || reasoning === 'none') return null;
  if (NOT_THINKING.includes(effort)) return 'disabled';
  return reasoning === 'budget' ? null : 'adaptive';
}
