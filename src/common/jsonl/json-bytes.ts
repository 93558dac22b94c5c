/** The ASCII bytes that JSON gives a meaning outside of its literals and numbers. */
export const Byte = {
  TAB: 0x09,
  LINE_FEED: 0x0a,
  CARRIAGE_RETURN: 0x0d,
  SPACE: 0x20,
  QUOTE: 0x22,
  COMMA: 0x2c,
  COLON: 0x3a,
  OPEN_BRACKET: 0x5b,
  BACKSLASH: 0x5c,
  CLOSE_BRACKET: 0x5d,
  OPEN_BRACE: 0x7b,
  CLOSE_BRACE: 0x7d,
} as const;

/** The UTF-8 byte order mark, which some tools put before the text of a file. */
export const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** Position of the first byte at or after `pos`, and before `end`, that is not JSON white space; `end` when there is none. */
export function skipWhiteSpace(bytes: Buffer, pos: number, end = bytes.length): number {
  let at = pos;
  while (at < end && isWhiteSpace(bytes[at]!)) at++;
  return at;
}

/** Text of a JSON string given with its quotes, escapes resolved. The string must be valid JSON. */
export function decodeString(quoted: Buffer): string {
  if (!quoted.includes(Byte.BACKSLASH)) return quoted.toString('utf8', 1, quoted.length - 1);
  return JSON.parse(quoted.toString('utf8')) as string;
}

function isWhiteSpace(byte: number): boolean {
  return byte === Byte.SPACE || byte === Byte.LINE_FEED || byte === Byte.CARRIAGE_RETURN || byte === Byte.TAB;
}
