import { isObject, parseJson } from '../kit/json';
import { ApiError } from './api-error';
import type { BatchRequest } from './types';

const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Checks the envelope of a create, as the vendor does at once; what is inside `params` it looks at when the request runs. */
export function parseCreate(
  contentType: string | undefined,
  bytes: Buffer,
  limits: { readonly maxRequests: number; readonly maxBytes: number },
): BatchRequest[] {
  if (bytes.length > limits.maxBytes) throw new ApiError(413, `Request exceeds ${limits.maxBytes} bytes.`);
  const body = parseJson(bytes);
  if (!/^application\/json\b/i.test(contentType ?? '') || !isObject(body)) {
    throw new ApiError(400, 'The request body is not valid JSON.');
  }
  const { requests, ...others } = body;
  for (const key of Object.keys(others)) throw new ApiError(400, `${key}: Extra inputs are not permitted`);
  if (!Array.isArray(requests) || requests.length === 0) throw new ApiError(400, 'requests: List should not be empty');
  if (requests.length > limits.maxRequests) {
    throw new ApiError(400, `requests: List should have at most ${limits.maxRequests} items`);
  }
  const seen = new Set<string>();
  return requests.map((request: unknown, index) => parseRequest(request, `requests.${index}`, seen));
}

function parseRequest(request: unknown, at: string, seen: Set<string>): BatchRequest {
  if (!isObject(request)) throw new ApiError(400, `${at}: Input should be an object`);
  const { custom_id: customId, params, ...others } = request;
  for (const key of Object.keys(others)) throw new ApiError(400, `${at}.${key}: Extra inputs are not permitted`);
  if (typeof customId !== 'string' || !CUSTOM_ID.test(customId)) {
    throw new ApiError(400, `${at}.custom_id: String should match pattern '${CUSTOM_ID.source}'`);
  }
  if (seen.has(customId)) throw new ApiError(400, `${at}.custom_id: custom_id values must be unique`);
  seen.add(customId);
  if (!isObject(params)) throw new ApiError(400, `${at}.params: Field required`);
  return { customId, params };
}
