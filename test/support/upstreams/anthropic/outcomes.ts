import { newId } from '../kit/ids';
import { isObject, type JsonObject } from '../kit/json';
import { errorAnswer } from './api-error';
import type { BatchRequest } from './types';
import { refusalOf } from './validate-params';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_INPUT = '{"big": 12345678901234567890, "price": 1.10}';

export type Verdict = 'succeeded' | 'errored' | 'expired';

/**
 * What becomes of a request, chosen by a word in the texts of the last user's turn that has any; anything else is a success that echoes them.
 *
 * - `#error:TYPE` — an `errored` row with that error type.
 * - `#expire` — the request never runs.
 * - `#drop`, `#dup`, `#garbage` — no row, two rows, a row that is not JSON.
 * - `#tool` — the answer is a tool use whose input has {@link BIG_INPUT}.
 * - `#think` — the answer begins with thinking.
 * - `#stop:REASON` — the answer has that stop reason.
 */
export interface Outcome {
  readonly verdict: Verdict;
  /** The row's lines; more or fewer than one where the vendor is to misbehave. */
  readonly rows: readonly string[];
}

export function outcomeOf({ customId, params }: BatchRequest): Outcome {
  const refusal = refusalOf(params);
  const prompt = promptOf(params);
  const errorType = refusal === null ? /#error:(\w+)/.exec(prompt)?.[1] : 'invalid_request_error';
  if (prompt.includes('#expire')) return { verdict: 'expired', rows: [rowOf(customId, '{"type":"expired"}')] };
  if (errorType) {
    const error = errorAnswer(errorType, refusal ?? `Simulated ${errorType}.`);
    return { verdict: 'errored', rows: [rowOf(customId, JSON.stringify({ type: 'errored', error }))] };
  }
  const row = rowOf(customId, `{"type":"succeeded","message":${messageText(params, prompt)}}`);
  return { verdict: 'succeeded', rows: misbehaved(row, customId, prompt) };
}

/** A row, from the JSON of its result. */
export function rowOf(customId: string, result: string): string {
  return `{"custom_id":${JSON.stringify(customId)},"result":${result}}`;
}

function misbehaved(row: string, customId: string, prompt: string): string[] {
  if (prompt.includes('#drop')) return [];
  if (prompt.includes('#dup')) return [row, row];
  return prompt.includes('#garbage') ? [`{"custom_id":"${customId}","result":<html>`] : [row];
}

/** Built as text, so that a tool's input can hold numbers that JavaScript cannot. */
function messageText(params: JsonObject, prompt: string): string {
  const isTool = prompt.includes('#tool');
  const tokens = Math.max(1, Math.ceil(prompt.length / 4));
  const thinking = JSON.stringify({ type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' });
  const text = JSON.stringify({ type: 'text', text: prompt, citations: null });
  const use = `{"type":"tool_use","id":"${newId('toolu_', 24)}","name":"look_up","input":${BIG_INPUT}}`;
  const content = [...(prompt.includes('#think') ? [thinking] : []), isTool ? use : text];
  const rest = {
    model: params['model'],
    stop_reason: /#stop:(\w+)/.exec(prompt)?.[1] ?? (isTool ? 'tool_use' : 'end_turn'),
    stop_sequence: null,
    usage: {
      input_tokens: tokens + 7,
      cache_creation_input_tokens: 2,
      cache_read_input_tokens: 3,
      output_tokens: tokens,
      service_tier: 'batch',
      output_tokens_details: prompt.includes('#think') ? { thinking_tokens: 1 } : null,
    },
  };
  const head = `{"id":"${newId('msg_', 24)}","type":"message","role":"assistant","content":[${content.join(',')}],`;
  return head + JSON.stringify(rest).slice(1);
}

/** The texts of the last user's turn that has any, a line each; tool results are none. */
function promptOf({ messages }: JsonObject): string {
  const turns = Array.isArray(messages) ? messages.filter(isObject) : [];
  const texts = turns.filter(({ role }) => role === 'user').map(({ content }) => textOf(content));
  return texts.filter((text) => text !== null).at(-1) ?? '';
}

function textOf(content: unknown): string | null {
  if (typeof content === 'string') return content;
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  const texts = blocks.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
  return texts.length === 0 ? null : texts.join('\n');
}
