import { Byte, decodeString, skipWhiteSpace } from './json-bytes';

/**
 * One member of a JSON object, as byte offsets in the Buffer it was found in, ends exclusive. The key's span has its
 * quotes, the value's span has no white space around it; `key` has its escapes resolved.
 */
export interface ObjectField {
  key: string;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
}

/**
 * The members of the object at `start` (white space may come first) in order, duplicates included; null when the value
 * there is not an object. Checks nothing: the bytes must be known to be valid JSON.
 */
export function objectFields(bytes: Buffer, start = 0): ObjectField[] | null {
  let pos = skipWhiteSpace(bytes, start);
  if (bytes[pos] !== Byte.OPEN_BRACE) return null;
  const fields: ObjectField[] = [];
  pos = skipWhiteSpace(bytes, pos + 1);
  while (bytes[pos] === Byte.QUOTE) {
    const keyStart = pos;
    const keyEnd = stringEnd(bytes, keyStart);
    const colon = skipWhiteSpace(bytes, keyEnd);
    const valueStart = skipWhiteSpace(bytes, colon + 1);
    const valueEnd = endOfValue(bytes, valueStart);
    fields.push({ key: decodeString(bytes.subarray(keyStart, keyEnd)), keyStart, keyEnd, valueStart, valueEnd });
    const separator = skipWhiteSpace(bytes, valueEnd);
    pos = bytes[separator] === Byte.COMMA ? skipWhiteSpace(bytes, separator + 1) : separator;
  }
  return fields;
}

/** The first key that occurs a second time, or null. */
export function duplicateKey(fields: readonly ObjectField[]): string | null {
  const seen = new Set<string>();
  for (const { key } of fields) {
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return null;
}

/** Where the value that begins at `start` ends, exclusive; as {@link objectFields}, checks nothing. */
export function endOfValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === Byte.QUOTE) return stringEnd(bytes, start);
  if (first === Byte.OPEN_BRACE || first === Byte.OPEN_BRACKET) return containerEnd(bytes, start);
  return scalarEnd(bytes, start);
}

function stringEnd(bytes: Buffer, quote: number): number {
  let end = bytes.indexOf(Byte.QUOTE, quote + 1);
  while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(Byte.QUOTE, end + 1);
  return end === -1 ? bytes.length : end + 1;
}

function isEscaped(bytes: Buffer, pos: number): boolean {
  let first = pos;
  while (bytes[first - 1] === Byte.BACKSLASH) first--;
  return (pos - first) % 2 === 1;
}

function containerEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  let pos = start;
  while (pos < bytes.length) {
    const byte = bytes[pos]!;
    if (byte === Byte.QUOTE) {
      pos = stringEnd(bytes, pos);
      continue;
    }
    pos++;
    if (byte === Byte.OPEN_BRACE || byte === Byte.OPEN_BRACKET) depth++;
    else if ((byte === Byte.CLOSE_BRACE || byte === Byte.CLOSE_BRACKET) && --depth === 0) break;
  }
  return pos;
}

function scalarEnd(bytes: Buffer, start: number): number {
  let pos = start;
  while (pos < bytes.length && !endsScalar(bytes[pos]!)) pos++;
  return pos;
}

function endsScalar(byte: number): boolean {
  return byte <= Byte.SPACE || byte === Byte.COMMA || byte === Byte.CLOSE_BRACE || byte === Byte.CLOSE_BRACKET;
}
