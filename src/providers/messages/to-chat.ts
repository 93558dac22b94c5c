import type { ProviderCapabilities, ModelTraits } from '../contract/adapter';
import { JsonText, rawAt, rawElements, writeJson } from '../translation/raw-json';
import type { MessageParams, ToolChoice } from './params';
import { toMessages, toSystem, type ChatMessage } from './to-turns';

const CHOICES = { auto: 'auto', any: 'required', none: 'none' } as const;
/** A chat completion must name a schema; the name says nothing to the model. */
const SCHEMA_NAME = 'answer';

/** What params become: the body of a chat completion, and where its messages come from. */
export interface Chat {
  readonly body: Buffer;
  readonly messages: readonly ChatMessage[];
}

export interface ChatTarget {
  readonly traits: ModelTraits;
  readonly answerLimit: ProviderCapabilities['answerLimit'] | 'max_tokens';
}

/** The chat completion of Messages params in which nothing was refused. What is JSON of the caller's own keeps its bytes. */
export function toChat(json: Buffer, { traits, answerLimit }: ChatTarget): Chat {
  const params = JSON.parse(json.toString('utf8')) as MessageParams;
  const messages = [
    ...toSystem(params.system ?? []),
    ...toMessages(params.messages, rawAt(json, 'messages') ?? Buffer.alloc(0)),
  ];
  const { temperature, top_p: topP, stop_sequences: stop, metadata } = params;
  const chat = {
    model: params.model,
    messages: messages.map(({ message }) => message),
    ...toTools(params, json),
    [answerLimit ?? 'max_tokens']: params.max_tokens,
    ...(stop != null && stop.length > 0 && { stop }),
    ...(temperature != null && { temperature }),
    ...(topP != null && { top_p: topP }),
    ...toOutput(params, traits, json),
    ...(metadata?.user_id != null && { user: metadata.user_id }),
  };
  return { body: Buffer.from(writeJson(chat)), messages };
}

function toTools({ tools, tool_choice: choice }: MessageParams, json: Buffer): object {
  if (!tools || tools.length === 0) return {};
  const raw = rawElements(rawAt(json, 'tools') ?? Buffer.alloc(0));
  return {
    tools: tools.map(({ name, description, strict }, index) => ({
      type: 'function',
      function: {
        name,
        ...(description != null && { description }),
        parameters: JsonText.from(rawAt(raw[index] ?? Buffer.alloc(0), 'input_schema') ?? Buffer.from('{}')),
        ...(strict != null && { strict }),
      },
    })),
    ...(choice && { tool_choice: toChoice(choice) }),
    ...(choice?.disable_parallel_tool_use === true && { parallel_tool_calls: false }),
  };
}

function toChoice({ type, name }: ToolChoice): string | object {
  return type === 'tool' ? { type: 'function', function: { name } } : CHOICES[type];
}

function toOutput({ thinking, output_config: config }: MessageParams, traits: ModelTraits, json: Buffer): object {
  const schema = config?.format ? rawAt(json, 'output_config', 'format', 'schema') : null;
  // A model that does not reason need not be told not to.
  const isToldNot = thinking?.type === 'disabled' && traits.reasoning !== 'none';
  const effort = isToldNot ? 'none' : config?.effort;
  const format = schema && { name: SCHEMA_NAME, strict: true, schema: JsonText.from(schema) };
  return {
    ...(effort != null && { reasoning_effort: effort }),
    ...(format && { response_format: { type: 'json_schema', json_schema: format } }),
  };
}
