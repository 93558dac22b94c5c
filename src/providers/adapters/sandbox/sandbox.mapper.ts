import type { ItemOutcome } from '../../contract/adapter';

const NOTICE = 'Simulated by the Meshbatch sandbox; no model was called.';
const DIRECTIVE = /\[(fail(?::(\d{3}))?|expire|drop)\]/;

interface ChatBody {
  readonly model?: string;
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[];
  readonly input?: unknown;
}

/** A line as the sandbox stages it. */
export interface SandboxLine {
  readonly custom_id: string;
  readonly url: string;
  readonly body: ChatBody;
}

/**
 * What the sandbox answers for a line. `sandbox/flaky` obeys a directive in the last message: `[fail]` or `[fail:429]` an error
 * with that status, `[expire]` an item that never ran, `[drop]` no row at all (null).
 */
export function simulate(line: SandboxLine, createdAt: number): ItemOutcome | null {
  const text = promptOf(line.body);
  const directive = line.body.model === 'flaky' ? DIRECTIVE.exec(text) : null;
  if (directive?.[1] === 'drop') return null;
  if (directive?.[1] === 'expire') {
    const error = { code: 'batch_expired', message: 'The sandbox let this item expire.' };
    return { itemId: line.custom_id, response: null, error };
  }
  if (directive) return respond(line, Number(directive[2] ?? 400), failure(Number(directive[2] ?? 400)));
  const body = line.url === '/v1/embeddings' ? embeddings(line.body, text) : completion(line, text, createdAt);
  return respond(line, 200, body);
}

function respond(line: SandboxLine, statusCode: number, body: unknown): ItemOutcome {
  const response = { statusCode, requestId: `req_sandbox_${line.custom_id}`, body: Buffer.from(JSON.stringify(body)) };
  return { itemId: line.custom_id, response, error: null };
}

function failure(status: number) {
  const message = `The sandbox was asked to fail this item with ${status}.`;
  return { error: { message, type: 'sandbox_error', param: null, code: `sandbox_${status}` }, sandbox: NOTICE };
}

function completion(line: SandboxLine, text: string, createdAt: number) {
  return {
    id: `chatcmpl-sandbox-${line.custom_id}`,
    object: 'chat.completion',
    created: Math.floor(createdAt / 1000),
    model: `sandbox/${line.body.model}`,
    choices: [
      { index: 0, message: { role: 'assistant', content: text, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: usageOf(text),
    system_fingerprint: 'sandbox',
    sandbox: NOTICE,
  };
}

function embeddings(body: ChatBody, text: string) {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  return {
    object: 'list',
    data: inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0, 0, 0, 1] })),
    model: `sandbox/${body.model}`,
    usage: { prompt_tokens: tokens(text), total_tokens: tokens(text) },
    sandbox: NOTICE,
  };
}

function usageOf(text: string) {
  const count = tokens(text);
  return { prompt_tokens: count, completion_tokens: count, total_tokens: 2 * count };
}

/** About four bytes a token, so that usage looks like usage. */
function tokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

function promptOf(body: ChatBody): string {
  const content = body.messages?.at(-1)?.content ?? body.input ?? '';
  return typeof content === 'string' ? content : JSON.stringify(content);
}
