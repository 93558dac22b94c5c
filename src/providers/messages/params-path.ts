import type { Path } from '../translation/checks';
import type { ChatMessage } from './to-turns';

const FIELDS: ReadonlyMap<unknown, Path> = new Map<unknown, Path>([
  ['max_completion_tokens', ['max_tokens']],
  ['parallel_tool_calls', ['tool_choice', 'disable_parallel_tool_use']],
  ['reasoning_effort', ['thinking']],
  ['response_format', ['output_config', 'format']],
  ['user', ['metadata', 'user_id']],
]);
const TOOL_FIELDS: ReadonlyMap<unknown, string> = new Map([
  ['name', 'name'],
  ['description', 'description'],
  ['parameters', 'input_schema'],
  ['strict', 'strict'],
]);

/** Where in Messages params a field of the chat completion made of them comes from. */
export function paramsPath(path: Path, messages: readonly ChatMessage[]): Path {
  const [field, index, part, ...rest] = path;
  if (field === 'messages' && typeof index === 'number') return messagePath(messages[index], part, rest);
  if (field === 'stop') return ['stop_sequences', ...path.slice(1)];
  if (field === 'tools' && typeof index === 'number') {
    const own = TOOL_FIELDS.get(rest[0]);
    return own === undefined ? ['tools', index] : ['tools', index, own];
  }
  if (field === 'tool_choice') return ['tool_choice'];
  return FIELDS.get(field) ?? path;
}

function messagePath(message: ChatMessage | undefined, part: unknown, [at]: Path): Path {
  if (!message) return ['messages'];
  const places = part === 'tool_calls' ? message.calls : message.parts;
  return (typeof at === 'number' ? places[at] : undefined) ?? message.content;
}
