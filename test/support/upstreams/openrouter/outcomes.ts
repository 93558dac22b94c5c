import { newId } from '../kit/ids';
import type { JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';
import { errorBody } from './api-error';
import type { BatchEndpoint, BatchRequest, Submission } from './types';

/** A number that no double can hold, and one that loses its spelling in it. */
export const BIG_NUMBERS = '"x_big":12345678901234567890,"x_decimal":1.10';

/** What becomes of one request: its rows, of which there may be none or several where a test wants it so. */
export interface Outcome {
  readonly succeeds: boolean;
  readonly rows: readonly string[];
}

export function outcomeOf({ endpoint, model }: Submission, { customId, body }: BatchRequest): Outcome {
  const prompt = promptOf(body);
  const type = /#error:(\w+)/.exec(prompt)?.[1];
  const status = Number(/#status:(\d{3})/.exec(prompt)?.[1] ?? 200);
  if (type !== undefined) {
    const error = { type: 'invalid_request_error', message: `Simulated ${type}.`, param: null, error_type: type };
    return { succeeds: false, rows: [rowOf(customId, 'null', JSON.stringify(error))] };
  }
  const succeeds = status < 400;
  const answer = JSON.stringify(succeeds ? answerOf(endpoint, model, body, prompt) : errorBody(status));
  const text = prompt.includes('#bignum') ? `${answer.slice(0, -1)},${BIG_NUMBERS}}` : answer;
  const response = `{"status_code":${status},"request_id":"${newId('request_', 20)}","body":${text}}`;
  return { succeeds, rows: misbehaved(rowOf(customId, response, 'null'), customId, prompt) };
}

function rowOf(customId: string, response: string, error: string): string {
  const id = newId('batch_req_', 20);
  return `{"id":"${id}","custom_id":${JSON.stringify(customId)},"response":${response},"error":${error}}`;
}

/** `#garbage` is JSON all the same: the rows stand inside one document. */
function misbehaved(row: string, customId: string, prompt: string): string[] {
  if (prompt.includes('#drop')) return [];
  if (prompt.includes('#dup')) return [row, row];
  return prompt.includes('#garbage') ? [`{"custom_id":"${customId}","response":"<html>"}`] : [row];
}

function answerOf(endpoint: BatchEndpoint, model: string, body: JsonObject, text: string): object {
  const id = newId('gen-batch-', 30);
  const created = Math.floor(Date.now() / 1000);
  switch (endpoint) {
    case '/v1/chat/completions': {
      const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }];
      return { id, object: 'chat.completion', created, model, choices, usage: usageOf(text) };
    }
    case '/v1/responses': {
      const content = [{ type: 'output_text', text, annotations: [] }];
      const output = [{ type: 'message', role: 'assistant', content }];
      return { id, object: 'response', created_at: created, status: 'completed', model, output };
    }
    case '/v1/messages':
      return { id, type: 'message', role: 'assistant', model, content: [{ type: 'text', text }] };
    case '/v1/embeddings': {
      const { input } = body;
      const inputs: unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
      const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5, index / 64] }));
      return { object: 'list', data, model, usage: usageOf(text) };
    }
  }
}

function usageOf(text: string): object {
  const tokens = Math.max(1, Math.ceil(text.length / 4));
  return { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: 2 * tokens };
}
