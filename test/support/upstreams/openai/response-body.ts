import { defaultErrorBody, errorBody } from './api-error';
import { newId } from '../kit/ids';
import type { JsonObject } from '../kit/json';
import { snapshotOf } from './models';
import { succeeds, type Outcome } from './outcomes';

/** Numbers that lose their spelling in a double; JSON text, because no JavaScript number can hold them. */
export const BIG_NUMBERS = '"x_big":12345678901234567890,"x_decimal":1.10';

/** The JSON text of `response.body` for one line. */
export function responseBodyText(endpoint: string, request: JsonObject, outcome: Outcome): string {
  const text = JSON.stringify(succeeds(outcome) ? successBody(endpoint, request, outcome) : failureBody(outcome));
  return outcome.bigNumbers ? `${text.slice(0, -1)},${BIG_NUMBERS}}` : text;
}

function failureBody(outcome: Outcome): object {
  if (outcome.missing === null) return defaultErrorBody(outcome.status);
  const message = `Missing required parameter: '${outcome.missing}'.`;
  return errorBody(message, 'invalid_request_error', outcome.missing, 'missing_required_parameter');
}

function successBody(endpoint: string, request: JsonObject, { prompt }: Outcome): object {
  const model = snapshotOf(request['model']);
  switch (endpoint) {
    case '/v1/chat/completions':
      return chatCompletion(model, prompt);
    case '/v1/completions':
      return textCompletion(model, prompt);
    case '/v1/responses':
      return modelResponse(model, prompt);
    case '/v1/embeddings':
      return embeddings(model, request['input']);
    default:
      // Served only so that a batch on them runs; nobody reads these bodies here.
      return { created: now(), model, data: [] };
  }
}

function chatCompletion(model: string, prompt: string): object {
  const message = { role: 'assistant', content: prompt, refusal: null, annotations: [] };
  return {
    id: newId('chatcmpl-', 29),
    object: 'chat.completion',
    created: now(),
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: {
      ...usageOf(prompt),
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_51e1070cf2',
  };
}

function textCompletion(model: string, prompt: string): object {
  const choices = [{ text: prompt, index: 0, logprobs: null, finish_reason: 'stop' }];
  return { id: newId('cmpl-', 29), object: 'text_completion', created: now(), model, choices, usage: usageOf(prompt) };
}

function modelResponse(model: string, prompt: string): object {
  const { prompt_tokens, completion_tokens, total_tokens } = usageOf(prompt);
  const content = [{ type: 'output_text', text: prompt, annotations: [] }];
  return {
    id: newId('resp_', 48),
    object: 'response',
    created_at: now(),
    status: 'completed',
    error: null,
    model,
    output: [{ id: newId('msg_', 48), type: 'message', status: 'completed', role: 'assistant', content }],
    usage: { input_tokens: prompt_tokens, output_tokens: completion_tokens, total_tokens },
  };
}

function embeddings(model: string, input: unknown): object {
  // A list of numbers is one input, already in tokens; a list of anything else is one input each.
  const inputs: unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5, index / 64] }));
  const tokens = tokensIn(JSON.stringify(input));
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

function usageOf(prompt: string): { prompt_tokens: number; completion_tokens: number; total_tokens: number } {
  const tokens = tokensIn(prompt);
  return { prompt_tokens: tokens + 7, completion_tokens: tokens, total_tokens: 2 * tokens + 7 };
}

function tokensIn(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
