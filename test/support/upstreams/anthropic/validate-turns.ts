import { isObject, type JsonObject } from '../kit/json';
import { demand, demandOnly, isCached, isText, isTextBlocks } from './demand';

const ID = /^[a-zA-Z0-9_-]+$/;
const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Checks a conversation: who speaks, what a turn may hold, and that every tool use is answered in the next turn. */
export function checkTurns(messages: unknown): void {
  demand(Array.isArray(messages) && messages.length > 0, 'messages: at least one message is required');
  let open: unknown[] = [];
  for (const [index, turn] of (messages as unknown[]).entries()) {
    const at = `messages.${index}`;
    demand(isObject(turn), `${at}: Input should be an object`);
    demandOnly(turn, ['role', 'content'], `${at}.`);
    const { role } = turn;
    demand(role === 'user' || role === 'assistant', `${at}.role: Input should be 'user' or 'assistant'`);
    demand(index > 0 || role === 'user', 'messages: first message must use the "user" role');
    const blocks = blocksOf(turn['content'], at);
    for (const block of blocks) checkBlock(block, role, at);
    checkAnswers(blocks, open, at);
    open = blocks.filter((block) => block['type'] === 'tool_use').map((block) => block['id']);
  }
  const last = (messages as JsonObject[]).at(-1);
  demand(last?.['role'] === 'user', 'This model does not support assistant message prefill.');
}

function blocksOf(content: unknown, at: string): JsonObject[] {
  if (isText(content)) return [{ type: 'text', text: content }];
  demand(Array.isArray(content) && content.length > 0, `${at}: all messages must have non-empty content`);
  return content.map((block: unknown) => {
    demand(isObject(block), `${at}.content: Input should be an object`);
    return block;
  });
}

function checkAnswers(blocks: readonly JsonObject[], open: readonly unknown[], at: string): void {
  const results = blocks.filter((block) => block['type'] === 'tool_result');
  const first = blocks.slice(0, results.length);
  demand(
    first.every((block) => block['type'] === 'tool_result'),
    `${at}: tool_result blocks must come first`,
  );
  const answered = results.map((block) => block['tool_use_id']);
  const isSame = answered.length === open.length && open.every((id) => answered.includes(id));
  demand(isSame, `${at}: tool_use ids were found without tool_result blocks, or the other way round`);
}

function checkBlock({ cache_control: mark, ...block }: JsonObject, role: string, at: string): void {
  demand(isCached(mark), `${at}.cache_control: unknown`);
  switch (block['type']) {
    case 'text':
      demandOnly(block, ['type', 'text'], `${at}.`);
      return demand(isText(block['text']), `${at}: text content blocks must be non-empty`);
    case 'tool_use':
      demandOnly(block, ['type', 'id', 'name', 'input'], `${at}.`);
      demand(role === 'assistant' && isText(block['name']), `${at}: tool_use not permitted`);
      demand(ID.test(String(block['id'])), `${at}.id: String should match pattern`);
      return demand(isObject(block['input']), `${at}.input: Input should be an object`);
    case 'tool_result':
      demandOnly(block, ['type', 'tool_use_id', 'content'], `${at}.`);
      return demand(role === 'user' && isResult(block['content']), `${at}: tool_result not permitted`);
    case 'image':
      demandOnly(block, ['type', 'source'], `${at}.`);
      return demand(role === 'user' && isSource(block['source'], IMAGES), `${at}.source: unknown`);
    case 'document':
      demandOnly(block, ['type', 'source', 'title', 'citations'], `${at}.`);
      return demand(role === 'user' && isSource(block['source'], ['application/pdf']), `${at}.source: unknown`);
    default:
      return demand(false, `${at}.type: unknown`);
  }
}

function isResult(content: unknown): boolean {
  return content === undefined || isText(content) || isTextBlocks(content);
}

function isSource(source: unknown, types: readonly string[]): boolean {
  if (!isObject(source)) return false;
  if (source['type'] === 'url') return /^https?:\/\//.test(String(source['url'])) && Object.keys(source).length === 2;
  const { type, media_type: mediaType, data, ...others } = source;
  return type === 'base64' && types.includes(String(mediaType)) && BASE64.test(String(data)) && !Object.keys(others)[0];
}
