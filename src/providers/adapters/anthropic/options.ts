import type { ModelTraits } from '../../contract/adapter';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Refuse,
} from '../../translation/checks';
import { EFFORTS, type MessagesParams } from './params';
import { JsonText, rawAt } from '../../translation/raw-json';

/**
 * Most tokens of an answer where neither the caller nor what is known of the model gives a limit. The vendor requires one;
 * this is one that a long answer fits into and that models of some years take.
 */
export const DEFAULT_MAX_TOKENS = 8192;

/** Efforts at which the model is told not to think at all. */
const NO_EFFORT: readonly unknown[] = ['none', 'minimal'];

/** Checks the limits, sampling and reasoning fields, and the form of the answer. */
export function checkOptions(body: Fields, traits: ModelTraits, refuse: Refuse): void {
  checkMaxTokens(body, traits, refuse);
  checkStop(body['stop'], refuse);
  checkSampling(body, traits, refuse);
  checkEffort(body['reasoning_effort'], traits, refuse);
  checkResponseFormat(body['response_format'], traits, refuse);
  checkUser(body, refuse);
}

function checkMaxTokens(body: Fields, { maxOutputTokens }: ModelTraits, refuse: Refuse): void {
  for (const key of ['max_completion_tokens', 'max_tokens']) {
    const value = body[key];
    if (!isGiven(value)) continue;
    if (!Number.isSafeInteger(value) || Number(value) < 1) refuse([key], 'Must be a whole number from 1');
    else if (Number(value) > (maxOutputTokens ?? Infinity)) {
      refuse([key], `The model answers with at most ${maxOutputTokens} tokens`);
    }
  }
  const { max_completion_tokens: limit, max_tokens: older } = body;
  if (isGiven(limit) && isGiven(older) && limit !== older) refuse(['max_tokens'], 'Differs from max_completion_tokens');
}

function checkStop(stop: unknown, refuse: Refuse): void {
  if (!isGiven(stop)) return;
  if (!Array.isArray(stop)) return checkStopText(stop, ['stop'], refuse);
  stop.forEach((text: unknown, index) => checkStopText(text, ['stop', index], refuse));
}

function checkStopText(text: unknown, path: (string | number)[], refuse: Refuse): void {
  if (typeof text !== 'string') refuse(path, 'Must be a string');
  else if (text.trim() === '') refuse(path, 'Anthropic takes no stop sequence of white space alone');
}

function checkSampling(body: Fields, { sampling }: ModelTraits, refuse: Refuse): void {
  const given = ['temperature', 'top_p'].filter((key) => isGiven(body[key]));
  for (const key of given) {
    const value = body[key];
    if (sampling === 'none') refuse([key], 'The model takes no sampling fields');
    else if (typeof value !== 'number' || !(value >= 0 && value <= 1)) refuse([key], 'Must be a number from 0 to 1');
  }
  if (sampling === 'one' && given.length === 2) refuse(['top_p'], 'The model takes temperature or top_p, and not both');
}

function checkEffort(effort: unknown, { reasoning }: ModelTraits, refuse: Refuse): void {
  if (!isGiven(effort) || NO_EFFORT.includes(effort)) return;
  const path = ['reasoning_effort'];
  if (!EFFORTS.some((each) => each === effort)) return refuse(path, `Must be ${[...NO_EFFORT, ...EFFORTS].join(', ')}`);
  if (reasoning !== undefined && reasoning !== 'effort') refuse(path, 'The model cannot be asked for an effort');
}

function checkResponseFormat(format: unknown, traits: ModelTraits, refuse: Refuse): void {
  if (!isGiven(format)) return;
  const path = ['response_format'];
  if (!isFields(format)) return refuse(path, 'Must be an object');
  if (format['type'] === 'text') return refuseOthers(format, ['type'], path, refuse);
  if (format['type'] !== 'json_schema') return refuse([...path, 'type'], 'Must be text or json_schema');
  refuseOthers(format, ['type', 'json_schema'], path, refuse);
  if (traits.jsonSchema === false) return refuse(path, 'The model takes no JSON schema');
  const [given, at] = [format['json_schema'], [...path, 'json_schema']];
  if (!isFields(given)) return refuse(at, 'Must be an object');
  // The name says nothing to the model, and the vendor's schemas are strict; so neither is lost.
  refuseOthers(given, ['name', 'strict', 'schema'], at, refuse);
  if (!isFields(given['schema'])) refuse([...at, 'schema'], 'Must be an object');
}

function checkUser(body: Fields, refuse: Refuse): void {
  checkOptionalString(body, 'user', [], refuse);
  checkOptionalString(body, 'safety_identifier', [], refuse);
  const { user, safety_identifier: identifier } = body;
  if (isGiven(user) && isGiven(identifier) && user !== identifier) refuse(['user'], 'Differs from safety_identifier');
}

/** The fields of a body that {@link checkOptions} checks, once they are checked. */
export interface OptionFields {
  readonly max_completion_tokens?: number | null;
  readonly max_tokens?: number | null;
  readonly stop?: string | string[] | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly reasoning_effort?: string | null;
  readonly response_format?: { readonly type: string } | null;
  readonly user?: string | null;
  readonly safety_identifier?: string | null;
}

export function toMaxTokens(body: OptionFields, { maxOutputTokens }: ModelTraits): number {
  return body.max_completion_tokens ?? body.max_tokens ?? maxOutputTokens ?? DEFAULT_MAX_TOKENS;
}

/** All other parameters that {@link checkOptions} checks. `json` is the whole body, for the bytes of the schema. */
export function toOptions(body: OptionFields, traits: ModelTraits, json: Buffer): Partial<MessagesParams> {
  const stop = typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []);
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
  // A model that does not think needs not be told; and one that is asked for an effort may not think unless told.
  const thinking = effort ? 'adaptive' : NO_EFFORT.includes(asked) && reasoning !== 'none' ? 'disabled' : null;
  return {
    ...(thinking && { thinking: { type: thinking } }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
  };
}
