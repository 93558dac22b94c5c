import { newId } from '../kit/ids';
import { promptOf } from '../kit/prompt';
import type { InputRow } from './validate-input';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_NUMBERS = '{"big": 12345678901234567890, "price": 1.10}';

/**
 * What becomes of a line, chosen by a word in the text of its last message; anything else is a success that echoes the text.
 *
 * - `#status:NNN`, `#error:CODE` — a line in the error file with that code.
 * - `#drop`, `#dup`, `#garbage` — no row, two rows, a row that is not JSON.
 * - `#bignum` — the answer holds {@link BIG_NUMBERS}.
 */
export interface Outcome {
  readonly ok: boolean;
  /** The row's lines; more or fewer than one where the vendor is to misbehave. */
  readonly rows: readonly string[];
}

export function outcomeOf({ customId, body }: InputRow, model: string): Outcome {
  const prompt = promptOf(body);
  const id = JSON.stringify(customId);
  const [, status, named] = /#(?:status:(\d{3})|error:(\w+))/.exec(prompt) ?? [];
  if (status !== undefined || named !== undefined) {
    const error = { code: status === undefined ? named : Number(status), message: `Simulated ${status ?? named}.` };
    return { ok: false, rows: [`{"custom_id": ${id}, "error": ${JSON.stringify(error)}}`] };
  }
  const row = `{"custom_id": ${id}, "response": ${completion(prompt, model)}}`;
  if (prompt.includes('#drop')) return { ok: true, rows: [] };
  if (prompt.includes('#dup')) return { ok: true, rows: [row, row] };
  if (prompt.includes('#garbage')) return { ok: true, rows: [`{"custom_id": ${id}, "response": <html>`] };
  return { ok: true, rows: [row] };
}

/** The chat completion itself: the vendor puts no status around it. */
function completion(prompt: string, model: string): string {
  const tokens = Math.max(1, Math.ceil(prompt.length / 4));
  const answer = {
    id: newId('chatcmpl-', 32),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: prompt }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: tokens + 30,
      total_tokens: tokens * 2 + 30,
      completion_tokens: tokens,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  };
  const extra = prompt.includes('#bignum') ? `"extra": ${BIG_NUMBERS}, ` : '';
  return `{${extra}${JSON.stringify(answer).slice(1)}`;
}
