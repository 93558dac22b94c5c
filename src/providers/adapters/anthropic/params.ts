import type { JsonText } from '../../translation/raw-json';

/** What we send of the vendor's Messages API; `JsonText` stands for an object whose JSON is the caller's own. */
export interface MessagesParams {
  readonly model: string;
  readonly max_tokens: number;
  readonly system?: TextBlock[];
  readonly messages: Turn[];
  readonly tools?: Tool[];
  readonly tool_choice?: ToolChoice;
  readonly stop_sequences?: string[];
  readonly temperature?: number;
  readonly top_p?: number;
  readonly thinking?: { readonly type: 'adaptive' | 'disabled' };
  readonly output_config?: OutputConfig;
  readonly metadata?: { readonly user_id: string };
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  /** A string is the vendor's shorthand for one block of text. */
  readonly content: string | Block[];
}

export type Block = TextBlock | ImageBlock | DocumentBlock | ToolUseBlock | ToolResultBlock;

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

export interface ImageBlock {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'url'; readonly url: string }
    | { readonly type: 'base64'; readonly media_type: (typeof IMAGE_TYPES)[number]; readonly data: string };
}

export interface DocumentBlock {
  readonly type: 'document';
  readonly source: { readonly type: 'base64'; readonly media_type: 'application/pdf'; readonly data: string };
  readonly title?: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: JsonText;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | TextBlock[];
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: JsonText;
  readonly strict?: boolean;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'any'; readonly disable_parallel_tool_use?: true }
  | { readonly type: 'tool'; readonly name: string; readonly disable_parallel_tool_use?: true }
  | { readonly type: 'none' };

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

export interface OutputConfig {
  readonly effort?: (typeof EFFORTS)[number];
  readonly format?: { readonly type: 'json_schema'; readonly schema: JsonText };
}
