import type { ModelTraits } from '../contract/adapter';
import { isFields, isGiven, refuseOthers, type Fields, type Path, type Refuse } from './checks';

/** Checks the limit of the answer, under its name of today and its older one. */
export function checkMaxTokens(body: Fields, { maxOutputTokens }: ModelTraits, refuse: Refuse): void {
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

/** Checks `stop`, each of its texts by `refusal`: why a text is not taken, or null. */
export function checkStop(stop: unknown, refusal: (text: string) => string | null, refuse: Refuse): void {
  if (!isGiven(stop)) return;
  const checkText = (text: unknown, path: Path) => {
    const reason = typeof text === 'string' ? refusal(text) : 'Must be a string';
    if (reason !== null) refuse(path, reason);
  };
  if (!Array.isArray(stop)) return checkText(stop, ['stop']);
  stop.forEach((text: unknown, index) => checkText(text, ['stop', index]));
}

/** Refuses a member that is given and is no number from `least` to `most`. */
export function checkRange(body: Fields, key: string, [least, most]: readonly [number, number], refuse: Refuse): void {
  const value = body[key];
  if (!isGiven(value) || (typeof value === 'number' && value >= least && value <= most)) return;
  refuse([key], `Must be a number from ${least} to ${most}`);
}

/** Checks `response_format`, whose type must be one of these. */
export function checkResponseFormat(
  format: unknown,
  types: readonly string[],
  traits: ModelTraits,
  refuse: Refuse,
): void {
  if (!isGiven(format)) return;
  const path = ['response_format'];
  if (!isFields(format)) return refuse(path, 'Must be an object');
  const { type } = format;
  if (!types.some((each) => each === type)) return refuse([...path, 'type'], `Must be ${types.join(' or ')}`);
  if (type !== 'json_schema') return refuseOthers(format, ['type'], path, refuse);
  refuseOthers(format, ['type', 'json_schema'], path, refuse);
  if (traits.jsonSchema === false) return refuse(path, 'The model takes no JSON schema');
  const [given, at] = [format['json_schema'], [...path, 'json_schema']];
  if (!isFields(given)) return refuse(at, 'Must be an object');
  // The name says nothing to the model, and the vendors' schemas are strict; so neither is lost.
  refuseOthers(given, ['name', 'strict', 'schema'], at, refuse);
  if (!isFields(given['schema'])) refuse([...at, 'schema'], 'Must be an object');
}

/** The fields that are checked here, once they are checked. */
export interface OptionFields {
  readonly max_completion_tokens?: number | null;
  readonly max_tokens?: number | null;
  readonly stop?: string | string[] | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly reasoning_effort?: string | null;
  readonly response_format?: { readonly type: string } | null;
}

/** The texts of `stop`; none when it is left out. */
export function stopTexts({ stop }: OptionFields): string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? []);
}
