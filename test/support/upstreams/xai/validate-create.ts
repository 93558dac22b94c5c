import { isObject, parseJson, type JsonObject } from '../kit/json';
import type { ApiRequest } from '../kit/types';
import { ApiError } from './api-error';
import type { InputItem } from './validate-input';

/** A create, checked. */
export interface CreateParams {
  readonly name: string;
  /** Null for a batch that waits for requests. */
  readonly inputFileId: string | null;
}

export function parseCreate(request: ApiRequest): CreateParams {
  const { name, input_file_id: inputFileId = null } = jsonOf(request, ['name', 'input_file_id']);
  if (typeof name !== 'string' || name === '') throw new ApiError(400, 'name is required');
  if (inputFileId !== null && typeof inputFileId !== 'string') throw new ApiError(400, 'input_file_id: not a string');
  return { name, inputFileId };
}

/** Requests added one by one; what is wrong with one refuses all. */
export function parseAdded(request: ApiRequest): InputItem[] {
  const { batch_requests: requests } = jsonOf(request, ['batch_requests']);
  if (!Array.isArray(requests) || requests.length === 0) throw new ApiError(400, 'batch_requests is required');
  return requests.map((each: unknown) => {
    const { batch_request_id: customId, batch_request: wrapped } = isObject(each) ? each : {};
    const body = isObject(wrapped) ? wrapped['chat_get_completion'] : undefined;
    if (typeof customId !== 'string' || !isObject(body)) throw new ApiError(400, 'batch_request is required');
    return { customId, body };
  });
}

function jsonOf({ headers, body }: ApiRequest, known: readonly string[]): JsonObject {
  const json = parseJson(body);
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '') || !isObject(json)) {
    throw new ApiError(400, 'Failed to parse the request body as JSON');
  }
  const unknown = Object.keys(json).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new ApiError(400, `unknown field ${unknown}`);
  return json;
}
