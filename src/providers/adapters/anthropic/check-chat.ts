import type { StoredItem, TargetModel, UnsupportedField } from '../../contract/adapter';
import { isFields, refuseOthers, type Fields, type Refuse } from '../../translation/checks';
import { checkMessages } from './check-messages';
import { checkOptions } from './options';
import { checkTools } from './tools';

/** Fields that are translated, each checked where it is. */
const TRANSLATED = [
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
];
/** Fields that are left out, since they change nothing in what a batch answers. */
const DROPPED = ['metadata', 'service_tier', 'prompt_cache_key'];
/** Fields without an equal, and the one value of each that asks for what is done anyway. */
const NEUTRAL: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['n', 1],
  ['presence_penalty', 0],
  ['frequency_penalty', 0],
  ['logprobs', false],
  ['stream', false],
  ['store', false],
]);

/** The fields of a chat completion's body that the Messages API cannot honour exactly. */
export function checkChat({ body }: StoredItem, { traits }: TargetModel): readonly UnsupportedField[] {
  const refused: UnsupportedField[] = [];
  const refuse: Refuse = (path, message) => void refused.push({ path, message });
  const chat = JSON.parse(body.toString('utf8')) as unknown;
  if (!isFields(chat)) return [{ path: [], message: 'Must be an object' }];
  refuseOthers(withoutNeutral(chat), [...TRANSLATED, ...DROPPED], [], refuse);
  checkMessages(chat['messages'], traits, refuse);
  checkTools(chat, traits, refuse);
  checkOptions(chat, traits, refuse);
  return refused;
}

function withoutNeutral(chat: Fields): Fields {
  const kept = Object.entries(chat).filter(([key, value]) => !NEUTRAL.has(key) || NEUTRAL.get(key) !== value);
  return Object.fromEntries(kept);
}
