/**
 * The Messages parameters that are translated to a chat completion, once they are checked.
 * Source: types of the `@anthropic-ai/sdk` package 1.14.
 */
export interface MessageParams {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly Turn[];
  readonly system?: string | readonly TextBlock[] | null;
  readonly tools?: readonly Tool[] | null;
  readonly tool_choice?: ToolChoice | null;
  readonly stop_sequences?: readonly string[] | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly thinking?: { readonly type: string } | null;
  readonly output_config?: { readonly effort?: string | null; readonly format?: object | null } | null;
  readonly metadata?: { readonly user_id?: string | null } | null;
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly Block[];
}

export type Block = TextBlock | ImageBlock | DocumentBlock | ToolUseBlock | ToolResultBlock;

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageBlock {
  readonly type: 'image';
  readonly source: Base64Source | { readonly type: 'url'; readonly url: string };
}

export interface DocumentBlock {
  readonly type: 'document';
  readonly source: Base64Source;
  readonly title?: string | null;
}

interface Base64Source {
  readonly type: 'base64';
  readonly media_type: string;
  readonly data: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly TextBlock[] | null;
}

export interface Tool {
  readonly name: string;
  readonly description?: string | null;
  readonly strict?: boolean | null;
}

export interface ToolChoice {
  readonly type: 'auto' | 'any' | 'tool' | 'none';
  readonly name?: string;
  readonly disable_parallel_tool_use?: boolean | null;
}

/** The blocks of a content: a string is the shorthand of one text. */
export function blocksOf<B extends Block>(content: string | readonly B[]): readonly (B | TextBlock)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
