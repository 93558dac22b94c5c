import type { StoredItem, TargetModel, UnsupportedField } from '../../contract/adapter';
import { readFields, type FieldRules } from '../../translation/check-fields';
import { checkMessages } from '../../translation/check-messages';
import type { Refuse } from '../../translation/checks';
import { USER_PARTS } from './content';
import { checkExtra } from './contents';
import { checkOptions } from './options';
import { checkTools, FUNCTION_NAME } from './tools';

const FIELDS: FieldRules = {
  translated: [
    ...['model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_completion_tokens', 'max_tokens'],
    ...['stop', 'temperature', 'top_p', 'seed', 'presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs'],
    ...['reasoning_effort', 'response_format'],
  ],
  dropped: ['metadata', 'user', 'safety_identifier', 'service_tier', 'prompt_cache_key'],
  neutral: new Map<string, unknown>([
    ['n', 1],
    ['stream', false],
    ['store', false],
  ]),
};
const CALL_ID = { pattern: /./s, must: 'Must be a string that is not empty' };

/** The fields of a chat completion's body that `generateContent` cannot honour exactly. */
export function checkChat({ body }: StoredItem, model: TargetModel): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const chat = readFields(body, FIELDS, refuse);
  if (!chat) return refused;
  const rules = {
    vendor: 'Gemini',
    userParts: USER_PARTS,
    takesImages: model.traits.images !== false,
    takesBlank: true,
    callId: CALL_ID,
    callName: FUNCTION_NAME,
    checkExtra,
  };
  checkMessages(chat['messages'], rules, refuse);
  checkTools(chat, model.traits, refuse);
  checkOptions(chat, model, refuse);
  return refused;
}
