/** The parts of a chat completion's body that translators read, once they are checked. */

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: { readonly url: string };
}

export interface FilePart {
  readonly type: 'file';
  readonly file: { readonly file_data: string; readonly filename?: string | null };
}

export interface AudioPart {
  readonly type: 'input_audio';
  readonly input_audio: { readonly data: string; readonly format: string };
}

/** The content of a message; null only where there are tool calls. */
export type Content<Part> = string | readonly Part[] | null | undefined;

/** What a vendor gives back to be sent again as it is. */
export interface Extra {
  readonly google?: { readonly thought_signature?: string | null } | null;
}

export interface ToolCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
  readonly extra_content?: Extra | null;
}

export type Message<Part> =
  | { readonly role: 'system' | 'developer' | 'user'; readonly content: Content<Part> }
  | AssistantMessage<Part>
  | ToolMessage<Part>;

export interface AssistantMessage<Part> {
  readonly role: 'assistant';
  readonly content?: Content<Part>;
  readonly tool_calls?: readonly ToolCall[] | null;
  readonly extra_content?: Extra | null;
}

export interface ToolMessage<Part> {
  readonly role: 'tool';
  readonly content: Content<Part>;
  readonly tool_call_id: string;
}

export interface FunctionTool {
  readonly function: {
    readonly name: string;
    readonly description?: string | null;
    readonly parameters?: object | null;
    readonly strict?: boolean | null;
  };
}

/** The fields of a body that are about tools. */
export interface ToolFields {
  readonly tools?: readonly FunctionTool[] | null;
  readonly tool_choice?: string | { readonly function: { readonly name: string } } | null;
  readonly parallel_tool_calls?: boolean | null;
}

export function isInstruction({ role }: Message<unknown>): boolean {
  return role === 'system' || role === 'developer';
}

/** The parts of a content: a string is the shorthand of one text. */
export function partsOf<Part>(content: Content<Part>): readonly (Part | TextPart)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}
