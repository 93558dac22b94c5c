import type { ModelTraits, UnsupportedField } from '../contract/adapter';
import { readFields, type FieldRules } from '../translation/check-fields';
import type { Refuse } from '../translation/checks';
import { checkSystem } from './check-blocks';
import { checkOptions, checkStop, checkTools } from './check-options';
import { checkTurns } from './check-turns';

const FIELDS: FieldRules = {
  translated: [
    ...['model', 'max_tokens', 'messages', 'system', 'tools', 'tool_choice', 'stop_sequences', 'temperature', 'top_p'],
    ...['thinking', 'output_config', 'metadata'],
  ],
  dropped: [],
  neutral: new Map<string, unknown>([
    ['stream', false],
    ['service_tier', 'auto'],
  ]),
};

/**
 * The fields of Messages params that a chat completion cannot say exactly.
 * @param maxStopSequences how many the provider takes
 */
export function checkParams(
  body: Buffer,
  traits: ModelTraits,
  maxStopSequences = Infinity,
): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const params = readFields(body, FIELDS, refuse);
  if (!params) return refused;
  checkSystem(params['system'], refuse);
  checkTurns(params['messages'], refuse);
  checkTools(params, refuse);
  checkOptions(params, traits, refuse);
  checkStop(params['stop_sequences'], maxStopSequences, refuse);
  return refused;
}
