import type { JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';
import type { InputItem } from './validate-input';

/**
 * What becomes of a line, chosen by a word in its last user message (or, without messages, in its input):
 *
 * - `#status:NNN` — the model call answers NNN: a row in the error file with that `response.status_code`,
 *   `response.body.error`, and a top-level `error` of null; a 2xx is a row in the output file.
 * - `#expire` — the line never runs: its batch ends `expired`, with a `batch_expired` row for it.
 * - `#drop` — the line is counted as completed, and is in neither file.
 * - `#dup` — the row is in the output file twice.
 * - `#poison` — validation refuses the whole batch for this line, or the line fails when it runs, by vendor.
 * - `#bignum` — the body carries numbers that a double cannot hold, `12345678901234567890` and `1.10`.
 *
 * Anything else is a 200 that echoes the message. A chat line without messages, or an embeddings line without
 * input, is a 400 row.
 */
export interface Outcome {
  readonly status: number;
  /** What the answer echoes. */
  readonly prompt: string;
  readonly expires: boolean;
  /** How many rows the line has in its file. */
  readonly copies: number;
  readonly bigNumbers: boolean;
  /** The missing parameter of a 400, when that is the reason. */
  readonly missing: string | null;
}

/** Decides the outcome of one line. */
export function outcomeOf(item: InputItem, endpoint: string): Outcome {
  const prompt = promptOf(item.body);
  const missing = missingIn(item.body, endpoint);
  const status = /#status:(\d{3})/.exec(prompt)?.[1];
  return {
    status: missing === null ? (item.fault ?? Number(status ?? 200)) : 400,
    prompt,
    expires: prompt.includes('#expire'),
    copies: prompt.includes('#drop') ? 0 : prompt.includes('#dup') ? 2 : 1,
    bigNumbers: prompt.includes('#bignum'),
    missing,
  };
}

/** True when the row of this outcome belongs to the output file. */
export function succeeds(outcome: Outcome): boolean {
  return outcome.status >= 200 && outcome.status < 300;
}

function missingIn(body: JsonObject, endpoint: string): string | null {
  if (endpoint === '/v1/chat/completions') {
    const messages = body['messages'];
    return Array.isArray(messages) && messages.length > 0 ? null : 'messages';
  }
  if (endpoint === '/v1/embeddings') return body['input'] === undefined ? 'input' : null;
  return null;
}
