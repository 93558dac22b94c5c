import type { StoredItem, TargetModel, UnsupportedField } from '../../contract/adapter';
import { readFields, type FieldRules } from '../../translation/check-fields';
import { checkMessages } from '../../translation/check-messages';
import { checkTools } from '../../translation/check-tools';
import type { Refuse } from '../../translation/checks';
import { checkThinking } from '../../translation/thinking';
import { USER_PARTS } from './content';
import { checkOptions } from './options';

const FIELDS: FieldRules = {
  translated: [
    ...[
      'model',
      'messages',
      'tools',
      'tool_choice',
      'parallel_tool_calls',
      'max_completion_tokens',
      'max_tokens',
      'stop',
    ],
    ...['temperature', 'top_p', 'reasoning_effort', 'response_format', 'user', 'safety_identifier'],
  ],
  dropped: ['metadata', 'service_tier', 'prompt_cache_key'],
  neutral: new Map<string, unknown>([
    ['n', 1],
    ['presence_penalty', 0],
    ['frequency_penalty', 0],
    ['logprobs', false],
    ['stream', false],
    ['store', false],
  ]),
};
const CALL_ID = { pattern: /^[a-zA-Z0-9_-]+$/, must: 'Must be of letters, digits, underscores and hyphens' };

/** The fields of a chat completion's body that the Messages API cannot honour exactly. */
export function checkChat({ body }: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const chat = readFields(body, FIELDS, refuse);
  if (!chat) return refused;
  const rules = {
    vendor: 'Anthropic',
    userParts: USER_PARTS,
    takesImages: traits.images !== false,
    takesBlank: false,
    callId: CALL_ID,
  };
  checkMessages(chat['messages'], rules, refuse);
  checkTools(chat, traits, refuse);
  checkOptions(chat, traits, refuse);
  checkThinking(chat, traits, refuse);
  return refused;
}
