import {
  isInstruction,
  type AssistantMessage,
  type Extra,
  type Message,
  type ToolCall,
  type ToolMessage,
} from '../../translation/chat';
import { isEmpty } from '../../translation/check-content';
import {
  checkOptionalString,
  isFields,
  isGiven,
  refuseOthers,
  type Fields,
  type Path,
  type Refuse,
} from '../../translation/checks';
import { JsonText } from '../../translation/raw-json';
import { textsOf, toParts, type ChatPart } from './content';
import type { AnswerPart, CallPart, GenerateRequest, TextPart, Turn } from './request';

type ChatMessage = Message<ChatPart>;

/**
 * Checks the `extra_content` of an assistant message or of a call in it, which holds what the vendor wants to see again:
 * `{google: {thought_signature}}`, as in its OpenAI-compatible API (ai.google.dev/gemini-api/docs/thought-signatures).
 */
export function checkExtra(owner: Fields, path: Path, refuse: Refuse): void {
  const [extra, at] = [owner['extra_content'], [...path, 'extra_content']];
  if (!isGiven(extra)) return;
  if (!isFields(extra)) return refuse(at, 'Must be an object');
  refuseOthers(extra, ['google'], at, refuse);
  const google = extra['google'];
  if (!isGiven(google)) return;
  if (!isFields(google)) return refuse([...at, 'google'], 'Must be an object');
  refuseOthers(google, ['thought_signature'], [...at, 'google'], refuse);
  checkOptionalString(google, 'thought_signature', [...at, 'google'], refuse);
  if ('role' in owner && isEmpty(owner['content'])) refuse(at, 'There is no text that the signature could belong to');
}

/** The text of system and developer messages, in order. */
export function toSystem(messages: readonly ChatMessage[]): Pick<GenerateRequest, 'systemInstruction'> {
  const texts = messages.filter(isInstruction).flatMap(({ content }) => textsOf(content));
  return texts.length > 0 ? { systemInstruction: { parts: texts.map((text) => ({ text })) } } : {};
}

/** The conversation, a turn for each message; the answers to an assistant's calls are one turn, in the order of the calls. */
export function toTurns(messages: readonly ChatMessage[]): Turn[] {
  return messages.flatMap((message, at): Turn[] => {
    if (message.role === 'user') return [{ role: 'user', parts: toParts(message.content) }];
    if (message.role !== 'assistant') return [];
    const calls = message.tool_calls ?? [];
    const said: Turn = { role: 'model', parts: [...toSaid(message), ...calls.map(toCallPart)] };
    return calls.length === 0 ? [said] : [said, { role: 'user', parts: toAnswers(calls, messages.slice(at + 1)) }];
  });
}

/** A signature belongs to the last text. */
function toSaid({ content, extra_content: extra }: AssistantMessage<ChatPart>): TextPart[] {
  const texts = textsOf(content);
  return texts.map((text, index) => ({ text, ...(index === texts.length - 1 && signatureOf(extra)) }));
}

function toCallPart({ id, function: called, extra_content: extra }: ToolCall): CallPart {
  return { functionCall: { id, name: called.name, args: JsonText.of(called.arguments) }, ...signatureOf(extra) };
}

function signatureOf(extra: Extra | null | undefined): { thoughtSignature?: string } {
  const signature = extra?.google?.thought_signature;
  return signature ? { thoughtSignature: signature } : {};
}

/** The vendor wants the name of the function with every answer, and an object; the text of the answer is its `result`. */
function toAnswers(calls: readonly ToolCall[], following: readonly ChatMessage[]): AnswerPart[] {
  const end = following.findIndex(({ role }) => role !== 'tool');
  const answers = following.slice(0, end === -1 ? undefined : end) as readonly ToolMessage<ChatPart>[];
  return calls.map(({ id, function: { name } }) => {
    const texts = textsOf(answers.find((answer) => answer.tool_call_id === id)?.content);
    const result = texts.length > 1 ? texts : (texts[0] ?? '');
    return { functionResponse: { id, name, response: { result } } };
  });
}
