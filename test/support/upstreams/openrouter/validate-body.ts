import { isObject, type JsonObject } from '../kit/json';
import { promptOf } from '../kit/prompt';
import type { BatchEndpoint, BatchRequest, Submission } from './types';

/** Why the vendor fails the whole batch, by the first request that it cannot translate; null when it can run. */
export function refusalOf({ endpoint, requests }: Submission): string | null {
  for (const request of requests) {
    const problem = problemOf(endpoint, request);
    if (problem !== null) return `Batch request '${request.customId}' ${problem}`;
  }
  return null;
}

function problemOf(endpoint: BatchEndpoint, { body }: BatchRequest): string | null {
  if (promptOf(body).includes('#refuse')) return 'cannot be translated.';
  if (body['stream'] === true) return 'must not stream.';
  if (endpoint === '/v1/embeddings') return embeddingProblem(body);
  if (!hasInput(endpoint, body)) return 'has no messages.';
  if (typeof body['max_tokens'] === 'number' && body['max_tokens'] < 1) return "sets 'max_tokens' below 1.";
  if (endpoint === '/v1/chat/completions' && wantsMore(body)) return 'asks for more than text.';
  return holdsDataUri(body) ? 'has an image or a file that is not a public URL; use the sync API.' : null;
}

function hasInput(endpoint: BatchEndpoint, body: JsonObject): boolean {
  const input = endpoint === '/v1/responses' ? body['input'] : body['messages'];
  if (endpoint === '/v1/responses' && typeof input === 'string') return true;
  return Array.isArray(input) && input.length > 0;
}

function wantsMore({ audio, image_config: image, modalities }: JsonObject): boolean {
  const others = Array.isArray(modalities) && modalities.some((each) => each !== 'text');
  return (audio ?? image ?? null) !== null || others;
}

function embeddingProblem({ input, input_type: type, provider }: JsonObject): string | null {
  if ((type ?? provider ?? null) !== null) return 'sets what embeddings do not take in a batch.';
  const list: unknown[] = Array.isArray(input) ? input : [input];
  const isPlain =
    list.length > 0 && list.every((each) => ['string', 'number'].includes(typeof each) || Array.isArray(each));
  return isPlain ? null : 'must have strings or token arrays as input.';
}

/** Looks at the parts of messages, wherever these have them. */
function holdsDataUri(body: JsonObject): boolean {
  const messages = body['messages'] ?? body['input'];
  if (!Array.isArray(messages)) return false;
  const parts = messages.flatMap((message: unknown) =>
    isObject(message) ? [message['content'], message['output']].filter(Array.isArray).flat() : [],
  ) as unknown[];
  return parts.some((part) => isObject(part) && mediaOf(part).some((text) => /^data:/i.test(String(text))));
}

function mediaOf(part: JsonObject): unknown[] {
  const { image_url: image, file } = part;
  return [isObject(image) ? image['url'] : image, isObject(file) ? file['file_data'] : file, part['file_data']].filter(
    (text) => typeof text === 'string',
  );
}
