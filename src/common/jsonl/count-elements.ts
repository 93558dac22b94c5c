import { Byte, skipWhiteSpace } from './json-bytes';
import { endOfValue } from './object-fields';

/** How many elements the array at `start` has; null when the value there is no array. The bytes must be known to be valid JSON. */
export function countElements(bytes: Buffer, start: number): number | null {
  if (bytes[start] !== Byte.OPEN_BRACKET) return null;
  let pos = skipWhiteSpace(bytes, start + 1);
  let count = 0;
  while (bytes[pos] !== Byte.CLOSE_BRACKET && pos < bytes.length) {
    count++;
    pos = skipWhiteSpace(bytes, endOfValue(bytes, pos));
    if (bytes[pos] === Byte.COMMA) pos = skipWhiteSpace(bytes, pos + 1);
  }
  return count;
}
