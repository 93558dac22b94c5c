import { newId } from '../kit/ids';
import type { JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';
import { errorObject } from './api-error';
import { newUuid } from './uuid';
import type { InputItem } from './validate-upload';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_NUMBERS = '"x_big":12345678901234567890,"x_decimal":1.10';

/**
 * What becomes of a line, chosen by a word in its last user message or its input; anything else is a 200 that echoes it:
 *
 * - `#status:NNN` — the call answers NNN: a row in the error file whose body is the JSON of the error, as a string.
 * - `#expire` — the line never runs: its job ends `TIMEOUT_EXCEEDED`, without a row for it.
 * - `#drop`, `#dup`, `#garbage` — no row, two rows, a row that is not JSON.
 * - `#bignum` — the body carries {@link BIG_NUMBERS}.
 */
export interface Outcome {
  readonly status: number;
  readonly expires: boolean;
  /** The rows, more or fewer than one where the vendor is to misbehave. */
  readonly rows: readonly string[];
}

/** Where a line runs. */
export interface RunContext {
  readonly jobId: string;
  readonly model: string;
}

export function outcomeOf({ customId, body }: InputItem, index: number, context: RunContext): Outcome {
  const prompt = promptOf(body);
  const status = Number(/#status:(\d{3})/.exec(prompt)?.[1] ?? 200);
  const response = status < 400 ? answerText(body, prompt, context.model) : failureText(status);
  const id = `batch-${context.jobId.slice(0, 8)}-${index}-${newUuid()}`;
  const head = `{"id":"${id}","custom_id":${JSON.stringify(customId)},"response":`;
  const row = `${head}{"status_code":${status},"body":${response}},"error":null}`;
  return { status, expires: prompt.includes('#expire'), rows: misbehaved(row, head, prompt) };
}

function misbehaved(row: string, head: string, prompt: string): string[] {
  if (prompt.includes('#drop')) return [];
  if (prompt.includes('#dup')) return [row, row];
  return prompt.includes('#garbage') ? [`${head}<html>`] : [row];
}

/** A string that holds JSON: the vendor encodes the body of a failure twice. */
function failureText(status: number): string {
  const error =
    status === 400
      ? errorObject(400, 'File could not be fetched from url', 'invalid_request_file', '3310')
      : errorObject(status, 'Simulated failure.', 'simulated_failure', String(status));
  return JSON.stringify(JSON.stringify(error));
}

function answerText(body: JsonObject, prompt: string, model: string): string {
  const answer = 'input' in body ? embeddings(body['input'], model) : completion(prompt, model);
  const json = JSON.stringify(answer);
  return prompt.includes('#bignum') ? `${json.slice(0, -1)},${BIG_NUMBERS}}` : json;
}

function completion(prompt: string, model: string): object {
  const tokens = tokensIn(prompt);
  const message = { role: 'assistant', content: prompt, tool_calls: null };
  return {
    id: newId('', 32),
    object: 'chat.completion',
    model,
    usage: { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: 2 * tokens },
    created: Math.floor(Date.now() / 1000),
    choices: [{ index: 0, finish_reason: 'stop', message }],
  };
}

function embeddings(input: unknown, model: string): object {
  const inputs: unknown[] = Array.isArray(input) ? input : [input];
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5] }));
  const tokens = tokensIn(JSON.stringify(input));
  return { id: newId('', 32), object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

function tokensIn(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}
