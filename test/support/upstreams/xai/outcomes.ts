import { promptOf } from '../kit/prompt';
import type { JsonObject } from '../kit/json';
import { newUuid } from './uuid';
import type { InputItem } from './validate-input';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_NUMBERS = '"x_big":12345678901234567890,"x_decimal":1.10';
/** Tokens of reasoning behind an answer to `#think`. */
export const REASONING_TOKENS = 118;

/**
 * What becomes of a request, chosen by a word in the text of the last user's message; anything else is a success that echoes
 * the text.
 *
 * - `#fail` — the vendor's reason, as a text alone.
 * - `#error:CODE` — a reason with that code, as the vendor's types have it.
 * - `#beside` — no result, and the reason beside it.
 * - `#stuck` — it stays pending for ever.
 * - `#drop`, `#dup`, `#garbage` — no row, two rows, a row of another shape.
 * - `#think` — the answer has reasoning, whose tokens the vendor leaves out of `completion_tokens`.
 * - `#bignum` — the answer has {@link BIG_NUMBERS}.
 */
export interface Outcome {
  readonly verdict: 'succeeded' | 'failed' | 'stuck';
  /** The rows' JSON; more or fewer than one where the vendor is to misbehave. */
  readonly rows: readonly string[];
}

export const FAILURE = 'Maximum number of tokens max_tokens must be positive but max_tokens = -5';

export function outcomeOf({ customId, body }: InputItem): Outcome {
  const prompt = promptOf(body);
  const code = /#error:([\w-]+)/.exec(prompt)?.[1];
  if (prompt.includes('#stuck')) return { verdict: 'stuck', rows: [] };
  if (prompt.includes('#fail')) return failed(rowOf(customId, JSON.stringify({ error: FAILURE })));
  if (prompt.includes('#beside')) return failed(rowOf(customId, '{}', `,"error_message":${JSON.stringify(FAILURE)}`));
  if (code !== undefined) {
    const error = { code: /^\d+$/.test(code) ? Number(code) : code, message: `Simulated ${code}.` };
    return failed(rowOf(customId, JSON.stringify({ error })));
  }
  const row = rowOf(customId, `{"response":{"chat_get_completion":${completionText(body, prompt)}}}`);
  return { verdict: 'succeeded', rows: misbehaved(row, customId, prompt) };
}

/** The row of a request that was cancelled. */
export function cancelledRow(customId: string): string {
  return rowOf(customId, '{"error":"Batch cancelled"}');
}

function failed(row: string): Outcome {
  return { verdict: 'failed', rows: [row] };
}

function rowOf(customId: string, result: string, more = ''): string {
  return `{"batch_request_id":${JSON.stringify(customId)},"batch_result":${result}${more}}`;
}

function misbehaved(row: string, customId: string, prompt: string): string[] {
  if (prompt.includes('#drop')) return [];
  if (prompt.includes('#dup')) return [row, row];
  return prompt.includes('#garbage') ? [rowOf(customId, '"<html>"')] : [row];
}

function completionText(body: JsonObject, prompt: string): string {
  const reasoning = prompt.includes('#think') ? REASONING_TOKENS : 0;
  const tokens = Math.max(1, Math.ceil(prompt.length / 4));
  const message = {
    role: 'assistant',
    content: prompt,
    ...(reasoning > 0 && { reasoning_content: 'Let me see.' }),
    refusal: null,
  };
  const text = JSON.stringify({
    id: newUuid(''),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: body['model'],
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: tokens + 7,
      completion_tokens: tokens,
      total_tokens: 2 * tokens + 7 + reasoning,
      prompt_tokens_details: { text_tokens: tokens + 7, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
      num_sources_used: 0,
      cost_in_usd_ticks: 4_121_500,
    },
    system_fingerprint: 'fp_simulated',
    service_tier: 'default',
  });
  return prompt.includes('#bignum') ? `${text.slice(0, -1)},${BIG_NUMBERS}}` : text;
}
