import { ENDPOINTS, type Endpoint } from '../providers/contract/adapter';

/** What a line gains upstream over its body: our id, the endpoint, the vendor's model id. */
export const LINE_OVERHEAD_BYTES = 1024;

export const CUSTOM_ID_MAX_LENGTH = 512;
export const DEFAULT_METHOD = 'POST';
export const DEFAULT_ENDPOINT: Endpoint = '/v1/chat/completions';

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Length in characters as a person counts code points, not UTF-16 units. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** No control characters and no half of a surrogate pair: what can be printed, logged and sent as UTF-8. */
export function isPrintable(text: string): boolean {
  return !CONTROL_CHARACTER.test(text) && text.isWellFormed();
}

export function isCustomId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || !isPrintable(value)) return false;
  return value.length <= CUSTOM_ID_MAX_LENGTH || codePoints(value) <= CUSTOM_ID_MAX_LENGTH;
}

export function isEndpoint(value: unknown): value is Endpoint {
  return (ENDPOINTS as readonly unknown[]).includes(value);
}

export function isModelName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
