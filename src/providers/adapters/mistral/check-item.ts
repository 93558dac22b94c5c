import type { StoredItem, UnsupportedField } from '../../contract/adapter';
import { isFields, isGiven, refuseOthers, type Fields, type Refuse } from '../../translation/checks';
import { rawAt } from '../../translation/raw-json';
import { fieldsOf, type BodyFields } from './body-fields';
import { checkMessages } from './check-messages';
import { checkTools } from './check-tools';

/** Refused above that at the upload, for the whole file: "Input should be less than or equal to 1.5". */
const HIGHEST_TEMPERATURE = 1.5;
/** Source: `models/components/requestedservicetier.ts` of `@mistralai/mistralai` 2.7.0. */
const SERVICE_TIERS: readonly unknown[] = ['auto', 'standard_only'];

/**
 * The fields of an item that the vendor cannot honour. One line of a wrong form makes it refuse a whole upload, so that what is
 * known to be one is refused here; ids of tool calls, which some models want of 9 letters and digits, are left to it.
 */
export function checkItem({ endpoint, body }: StoredItem): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const given = JSON.parse(body.toString('utf8')) as unknown;
  if (!isFields(given)) return [{ path: [], message: 'Must be an object' }];
  const fields = fieldsOf(endpoint);
  const known = [...fields.kept, ...fields.renamed.keys(), ...fields.dropped];
  refuseOthers(withoutNeutral(given, fields), known, [], refuse);
  checkRenamed(given, body, fields, refuse);
  if (endpoint === '/v1/embeddings') checkInput(given['input'], refuse);
  else checkChat(given, refuse);
  return refused;
}

function withoutNeutral(given: Fields, { neutral }: BodyFields): Fields {
  const kept = Object.entries(given).filter(
    ([key, value]) => !neutral.has(key) || neutral.get(key) !== JSON.stringify(value),
  );
  return Object.fromEntries(kept);
}

function checkRenamed(given: Fields, body: Buffer, { renamed }: BodyFields, refuse: Refuse): void {
  for (const [ours, theirs] of renamed) {
    const isBoth = isGiven(given[ours]) && isGiven(given[theirs]);
    // By their bytes: two numbers that differ may be the same double.
    if (isBoth && !rawAt(body, ours)?.equals(rawAt(body, theirs) ?? Buffer.alloc(0))) {
      refuse([theirs], `Differs from ${ours}`);
    }
  }
}

/** The vendor takes texts, and no tokens. */
function checkInput(input: unknown, refuse: Refuse): void {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  const isTexts = texts.length > 0 && texts.every((text) => typeof text === 'string');
  if (!isTexts) refuse(['input'], 'Must be a string or a list of strings');
}

function checkChat(given: Fields, refuse: Refuse): void {
  checkMessages(given['messages'], refuse);
  checkTools(given, refuse);
  for (const key of ['max_completion_tokens', 'max_tokens']) {
    const limit = given[key];
    if (isGiven(limit) && !(Number.isSafeInteger(limit) && Number(limit) >= 0)) {
      refuse([key], 'Must be a whole number from 0');
    }
  }
  for (const key of ['seed', 'random_seed']) {
    const seed = given[key];
    if (isGiven(seed) && !(Number.isInteger(seed) && Number(seed) >= 0)) refuse([key], 'Must be a whole number from 0');
  }
  const { temperature, service_tier: tier, prediction } = given;
  const isCool = typeof temperature === 'number' && temperature >= 0 && temperature <= HIGHEST_TEMPERATURE;
  if (isGiven(temperature) && !isCool) refuse(['temperature'], `Must be a number from 0 to ${HIGHEST_TEMPERATURE}`);
  if (isGiven(tier) && !SERVICE_TIERS.includes(tier)) refuse(['service_tier'], 'Must be auto or standard_only');
  const isText = isFields(prediction) && typeof prediction['content'] === 'string';
  if (isGiven(prediction) && !isText) refuse(['prediction', 'content'], 'Must be a string');
}
