import { toAnswerMessage, toChoice, toUsage, type AnswerCall } from '../../translation/completion';
import type { MessageWire } from './anthropic.wire';

const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['pause_turn', 'stop'],
]);

/**
 * A chat completion of a message. `created` is in seconds, as the vendor gives no time of its own; `inputs` are the inputs of the
 * tool calls as JSON, by their position in the content, so that no number in them changes.
 */
export function toCompletion(message: MessageWire, created: number, inputs: ReadonlyMap<number, string>): object {
  const reason = message.stop_reason ?? null;
  return {
    id: `chatcmpl-${message.id}`,
    object: 'chat.completion',
    created,
    model: message.model,
    choices: [
      toChoice(0, toMessage(message.content, inputs), FINISH_REASONS.get(reason ?? '') ?? 'stop', reason, null),
    ],
    usage: usageOf(message.usage),
  };
}

function toMessage(content: MessageWire['content'], inputs: ReadonlyMap<number, string>): object {
  const said = { texts: [] as string[], thoughts: [] as string[], calls: [] as AnswerCall[] };
  content.forEach(({ type, text, thinking, id, name }, index) => {
    if (type === 'text' && text != null) said.texts.push(text);
    if (type === 'thinking' && thinking != null) said.thoughts.push(thinking);
    if (type === 'tool_use') said.calls.push({ id: id ?? '', name: name ?? '', arguments: inputs.get(index) ?? '{}' });
  });
  return toAnswerMessage(said);
}

function usageOf(usage: MessageWire['usage']): object {
  const cached = usage.cache_read_input_tokens ?? 0;
  return toUsage({
    prompt: (usage.input_tokens ?? 0) + cached + (usage.cache_creation_input_tokens ?? 0),
    cached,
    completion: usage.output_tokens ?? 0,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? null,
  });
}
