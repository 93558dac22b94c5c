import { isFields, isGiven } from '../translation/checks';
import { JsonText, writeJson } from '../translation/raw-json';
import { completionWire, type CompletionWire, type MessageWire } from './completion.wire';

/**
 * By the words of chat completions; any other ends a turn. They do not tell a stop sequence from the end of a turn.
 * Source: types of the `openai` package 6.49; `eos` is in those of `together-ai`, `model_length` and `error` are in those of
 * `@mistralai/mistralai`, as `finish_reason`.
 */
const STOP_REASONS: ReadonlyMap<string, string> = new Map([
  ['stop', 'end_turn'],
  ['eos', 'end_turn'],
  ['length', 'max_tokens'],
  ['model_length', 'model_context_window_exceeded'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
]);
/** The end of an answer that the vendor could not finish: what there is of it is no message of the model's. */
const BROKEN_OFF = 'error';

/** An answer that has no equal as a message, and why. */
export class UntranslatableAnswerError extends Error {
  override readonly name = 'UntranslatableAnswerError';
}

/**
 * The message of a chat completion, as JSON on one line. Members are those of `Message` in the `@anthropic-ai/sdk` package 1.14.
 * @param itemId stands for the id of an answer that has none
 * @throws UntranslatableAnswerError
 */
export function toMessage(body: Buffer, itemId: string): Buffer {
  const read = completionWire.safeParse(parsed(body));
  if (!read.success)
    throw new UntranslatableAnswerError('The provider’s answer is no chat completion with one choice.');
  const { id, model, choices, usage } = read.data;
  const [{ message, finish_reason: finish }] = choices;
  refuseUnplaced(message);
  const content = toContent(message);
  const said = {
    id: `msg_${id ?? itemId}`,
    type: 'message',
    role: 'assistant',
    model: model ?? '',
    content,
    container: null,
    stop_reason: toStopReason(message, finish ?? ''),
    stop_sequence: null,
    stop_details: null,
    diagnostics: null,
    usage: toUsage(usage),
  };
  return Buffer.from(writeJson(said));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

/** Part of an answer that has no place in a message would be lost, though it is paid for. */
function refuseUnplaced({ images, audio, function_call }: MessageWire): void {
  const held = Object.entries({ images: images?.length ? images : null, audio, function_call });
  const [name] = held.find(([, value]) => isGiven(value)) ?? [];
  if (name) throw new UntranslatableAnswerError(`A message has no place for ${name}, which is in the answer.`);
}

/** Some vendors end an answer that has calls as any other. */
function toStopReason({ tool_calls: calls, refusal }: MessageWire, finish: string): string {
  if (finish === BROKEN_OFF) throw new UntranslatableAnswerError('The provider broke its answer off with an error.');
  const reason = STOP_REASONS.get(finish) ?? 'end_turn';
  if (refusal != null && refusal !== '') return 'refusal';
  return reason === 'end_turn' && calls && calls.length > 0 ? 'tool_use' : reason;
}

function toContent(message: MessageWire): object[] {
  const { content, refusal, tool_calls: calls } = message;
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
  const thoughts = message.reasoning_content ?? message.reasoning ?? '';
  return [
    ...(thoughts === '' ? [] : [toThinking(thoughts)]),
    ...parts.flatMap((part): object[] => {
      if (part.type === 'thinking') return [toThinking(part.thinking.map(({ text }) => text).join(''))];
      return part.text === '' ? [] : [toText(part.text)];
    }),
    ...(refusal ? [toText(refusal)] : []),
    ...(calls ?? []).map(({ id, function: called }) => ({
      type: 'tool_use',
      id,
      name: called.name,
      input: toInput(called.name, called.arguments),
      caller: { type: 'direct' },
    })),
  ];
}

const toText = (text: string) => ({ type: 'text', text, citations: null });
/** A signature is the vendor's own, by which it knows its thoughts again. */
const toThinking = (thinking: string) => ({ type: 'thinking', thinking, signature: '' });

/** What a tool is called with, which is an object in a message and any text in a chat completion. */
function toInput(tool: string, json: string): JsonText {
  // Vendors say so of a tool without parameters.
  if (json.trim() === '') return JsonText.of('{}');
  if (isFields(parsed(Buffer.from(json)))) return JsonText.of(json);
  throw new UntranslatableAnswerError(`The model called the tool ${tool} with what is no JSON object.`);
}

function toUsage(usage: CompletionWire['usage']): object {
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  const thinking = usage?.completion_tokens_details?.reasoning_tokens ?? null;
  return {
    // A message counts apart what came out of a cache, which a chat completion counts among the rest.
    input_tokens: Math.max(0, (usage?.prompt_tokens ?? 0) - cached),
    cache_creation: null,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: usage?.completion_tokens ?? 0,
    output_tokens_details: thinking === null ? null : { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: null,
    inference_geo: null,
    speed: null,
  };
}
