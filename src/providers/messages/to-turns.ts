import type { ToolCall } from '../translation/chat';
import type { Path } from '../translation/checks';
import { JsonText, rawAt, rawElements } from '../translation/raw-json';
import { blocksOf, type Block, type DocumentBlock, type ImageBlock, type TextBlock, type Turn } from './params';

/**
 * The name of a document without a title: a file with `file_data` and no `filename` is answered by OpenAI with a 400 that asks for a
 * `file_id`. Source: openai/openai-agents-python, pull request 1513.
 */
const UNTITLED = 'document.pdf';

type ContentBlock = TextBlock | ImageBlock | DocumentBlock;

/** A message of the chat, and where in the params it comes from. */
export interface ChatMessage {
  readonly message: object;
  readonly content: Path;
  /** Of each part of its content, if it has parts. */
  readonly parts: readonly Path[];
  readonly calls: readonly Path[];
}

/** Raw JSON of the elements of a turn's content, asked for only where one of them has an input. */
type RawBlocks = () => readonly Buffer[];

/** The instructions as a message; none when there are none. */
export function toSystem(system: string | readonly TextBlock[]): ChatMessage[] {
  if (system.length === 0) return [];
  const placed = placedIn(system, ['system']);
  return [{ ...said('system', placed, ['system']), calls: [] }];
}

/** The conversation; `json` is that of `messages`, for the bytes of what calls are made with. */
export function toMessages(turns: readonly Turn[], json: Buffer): ChatMessage[] {
  let raw: readonly Buffer[] | null = null;
  return turns.flatMap((turn, index) => {
    const rawBlocks = () => {
      raw ??= rawElements(json);
      return rawElements(rawAt(raw[index] ?? Buffer.alloc(0), 'content') ?? Buffer.alloc(0));
    };
    const path = ['messages', index, 'content'];
    return turn.role === 'user' ? ofUser(turn, path) : [ofAssistant(turn, path, rawBlocks)];
  });
}

interface Placed<B extends Block> {
  readonly block: B;
  readonly path: Path;
}

function placedIn<B extends Block>(content: string | readonly B[], path: Path): Placed<B | TextBlock>[] {
  return blocksOf(content).map((block, index) => ({ block, path: [...path, index] }));
}

/** Answers to calls are messages of their own, and come first. */
function ofUser({ content }: Turn, path: Path): ChatMessage[] {
  const blocks = placedIn(content, path);
  const answers = blocks.flatMap(({ block, path: at }): ChatMessage[] => {
    if (block.type !== 'tool_result') return [];
    const texts = placedIn(block.content ?? '', [...at, 'content']);
    const { message, ...places } = said('tool', texts, [...at, 'content']);
    return [{ message: { ...message, tool_call_id: block.tool_use_id }, ...places }];
  });
  const rest = blocks.filter(isContent);
  return rest.length === 0 ? answers : [...answers, said('user', rest, path)];
}

function ofAssistant({ content }: Turn, path: Path, rawBlocks: RawBlocks): ChatMessage {
  const blocks = placedIn(content, path);
  const texts = blocks.filter(isText);
  const uses = blocks.filter(({ block }) => block.type === 'tool_use');
  const { message, parts } = said('assistant', texts, path);
  if (uses.length === 0) return { message, content: path, parts, calls: [] };
  const raw = rawBlocks();
  const calls = blocks.flatMap(({ block }, index) => toCall(block, raw[index]) ?? []);
  return {
    message: { ...message, ...(texts.length === 0 && { content: null }), tool_calls: calls },
    content: path,
    parts,
    calls: uses.map((use) => use.path),
  };
}

function toCall(block: Block, json: Buffer | undefined): (ToolCall & { type: 'function' }) | null {
  const input = block.type === 'tool_use' && json ? rawAt(json, 'input') : null;
  if (block.type !== 'tool_use' || !input) return null;
  return { id: block.id, type: 'function', function: { name: block.name, arguments: JsonText.from(input).json } };
}

/** One text goes as a string, which every vendor takes in every role. */
function said(role: string, placed: readonly Placed<ContentBlock>[], path: Path): ChatMessage {
  const [only] = placed;
  if (placed.length <= 1 && (only?.block.type ?? 'text') === 'text') {
    const text = only?.block.type === 'text' ? only.block.text : '';
    return { message: { role, content: text }, content: path, parts: [], calls: [] };
  }
  const parts = placed.map(({ block }) => toPart(block));
  return { message: { role, content: parts }, content: path, parts: placed.map((each) => each.path), calls: [] };
}

function isContent(placed: Placed<Block>): placed is Placed<ContentBlock> {
  return placed.block.type !== 'tool_result' && placed.block.type !== 'tool_use';
}

function isText(placed: Placed<Block>): placed is Placed<TextBlock> {
  return placed.block.type === 'text';
}

function toPart(block: ContentBlock): object {
  if (block.type === 'text') return { type: 'text', text: block.text };
  const { source } = block;
  const url = source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`;
  if (block.type === 'image') return { type: 'image_url', image_url: { url } };
  return { type: 'file', file: { file_data: url, filename: block.title || UNTITLED } };
}
