import { isObject, parseJson, type JsonObject } from '../kit/json';
import { ApiError } from './api-error';
import { keysUntil } from './key-order';
import { ENDPOINTS, type BatchRequest, type Submission } from './types';

const KNOWN = ['endpoint', 'model', 'completion_window', 'callback_url', 'provider', 'requests'];
const MAX_CUSTOM_ID = 64;

/** Checks a create as the vendor does before it answers: the envelope, in its order, and the ids; not what is asked of the model. */
export function parseCreate(
  contentType: string | undefined,
  bytes: Buffer,
  limits: { readonly maxRequests: number; readonly maxBytes: number },
): Submission {
  if (bytes.length > limits.maxBytes) throw new ApiError(413, 'The batch is too large.');
  if (!/^application\/json\b/i.test(contentType ?? '')) throw new ApiError(400, 'Expected application/json.');
  checkOrder(keysUntil(bytes, 'requests'));
  const envelope = parseJson(bytes);
  if (!isObject(envelope)) throw new ApiError(400, 'The body is not valid JSON.');
  for (const key of Object.keys(envelope)) if (!KNOWN.includes(key)) throw new ApiError(400, `Unknown field ${key}.`);
  if ((envelope['completion_window'] ?? '24h') !== '24h') throw new ApiError(400, 'completion_window must be 24h.');
  const { endpoint: path, model } = envelope;
  const endpoint = ENDPOINTS.find((known) => known === path);
  if (!endpoint) throw new ApiError(400, 'Unknown endpoint.');
  if (typeof model !== 'string' || !/^[^/\s]+\/[^/\s]+$/.test(model)) throw new ApiError(400, 'model must be a slug.');
  if (/^none\//.test(model)) throw new ApiError(400, `Model '${model}' does not have a :batch endpoint.`);
  return { endpoint, model, requests: parseRequests(envelope, model, limits.maxRequests) };
}

/** The vendor takes requests as they come, so it must know by then what they are for. */
function checkOrder(keys: readonly string[]): void {
  if (!keys.includes('requests')) throw new ApiError(400, 'Batch body ended before a requests array was found');
  if (!keys.includes('endpoint') || !keys.includes('model')) {
    throw new ApiError(400, 'endpoint and model must come before requests.');
  }
}

function parseRequests({ requests }: JsonObject, model: string, maxRequests: number): BatchRequest[] {
  if (!Array.isArray(requests) || requests.length === 0) throw new ApiError(400, 'requests must not be empty.');
  if (requests.length > maxRequests) throw new ApiError(400, `A batch may have at most ${maxRequests} requests.`);
  const seen = new Set<string>();
  return requests.map((request: unknown, index) => {
    const parsed = parseRequest(request, index, model);
    if (seen.has(parsed.customId)) {
      throw new ApiError(422, `Request at line ${index + 1} has a duplicate custom_id '${parsed.customId}'`);
    }
    seen.add(parsed.customId);
    return parsed;
  });
}

function parseRequest(request: unknown, index: number, model: string): BatchRequest {
  const { custom_id: customId, body, ...others } = isObject(request) ? request : {};
  if (typeof customId !== 'string' || customId === '') {
    throw new ApiError(400, `custom_id is required on requests[${index}].`);
  }
  if (customId.length > MAX_CUSTOM_ID) throw new ApiError(422, `custom_id is too long on requests[${index}].`);
  if (!isObject(body)) throw new ApiError(400, `body is required on requests[${index}].`);
  for (const key of Object.keys(others)) throw new ApiError(400, `Unknown field ${key} on requests[${index}].`);
  if ((body['model'] ?? model) !== model) {
    throw new ApiError(400, 'Each batch request body model must match the top-level model.');
  }
  return { customId, body };
}
