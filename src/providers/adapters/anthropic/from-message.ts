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
      {
        index: 0,
        message: toMessage(message.content, inputs),
        logprobs: null,
        finish_reason: FINISH_REASONS.get(reason ?? '') ?? 'stop',
        // Several of the vendor's reasons have one name here.
        native_finish_reason: reason,
      },
    ],
    usage: toUsage(message.usage),
  };
}

function toMessage(content: MessageWire['content'], inputs: ReadonlyMap<number, string>): object {
  const calls = content.flatMap((block, index) => {
    if (block.type !== 'tool_use') return [];
    const called = { name: block.name ?? '', arguments: inputs.get(index) ?? '{}' };
    return [{ id: block.id ?? '', type: 'function', function: called }];
  });
  const texts = content.flatMap((block) => (block.type === 'text' ? (block.text ?? []) : []));
  const thoughts = content.flatMap((block) => (block.type === 'thinking' ? (block.thinking ?? []) : [])).join('');
  return {
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : texts.join(''),
    refusal: null,
    ...(thoughts !== '' && { reasoning_content: thoughts }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function toUsage(usage: MessageWire['usage']): object {
  const cached = usage.cache_read_input_tokens ?? 0;
  const prompt = (usage.input_tokens ?? 0) + cached + (usage.cache_creation_input_tokens ?? 0);
  const completion = usage.output_tokens ?? 0;
  const reasoning = usage.output_tokens_details?.thinking_tokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    ...(reasoning != null && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
