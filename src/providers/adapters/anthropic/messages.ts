import { isInstruction, type Message as ChatMessage, type ToolCall } from '../../translation/chat';
import { JsonText } from '../../translation/raw-json';
import { toBlocks, toTextBlocks, type Part } from './content';
import type { Block, TextBlock, ToolResultBlock, ToolUseBlock, Turn } from './params';

/** A message, once it is checked. */
export type Message = ChatMessage<Part>;

/** The text of system and developer messages, in order. */
export function toSystem(messages: readonly Message[]): TextBlock[] {
  return messages.flatMap((message) => (isInstruction(message) ? toTextBlocks(message.content) : []));
}

/** The conversation, with neighbours of one role merged; so all answers to an assistant's calls are in one message, first. */
export function toTurns(messages: readonly Message[]): Turn[] {
  const turns: { role: Turn['role']; blocks: Block[] }[] = [];
  for (const message of messages) {
    if (isInstruction(message)) continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocksOf(message));
    else turns.push({ role, blocks: blocksOf(message) });
  }
  return turns.map(({ role, blocks }) => ({ role, content: shortest(blocks) }));
}

function blocksOf(message: Message): Block[] {
  if (message.role === 'tool') return [toToolResult(message.tool_call_id, toTextBlocks(message.content))];
  const blocks: Block[] = toBlocks(message.content);
  if (message.role !== 'assistant') return blocks;
  return [...blocks, ...(message.tool_calls ?? []).map(toToolUse)];
}

function toToolUse({ id, function: called }: ToolCall): ToolUseBlock {
  return { type: 'tool_use', id, name: called.name, input: JsonText.of(called.arguments) };
}

function toToolResult(id: string, texts: TextBlock[]): ToolResultBlock {
  const content = shortest(texts);
  return { type: 'tool_result', tool_use_id: id, ...(content.length > 0 ? { content } : {}) };
}

/** One text goes as a string, which keeps the request about as long as the caller's. */
function shortest<T extends Block>(blocks: T[]): string | T[] {
  const [only] = blocks;
  return blocks.length === 1 && only?.type === 'text' ? only.text : blocks;
}
