const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const SPACES = [0x20, 0x09, 0x0a, 0x0d];

/**
 * The keys of the outermost object up to and including `last`, in the order of their bytes, as a reader that sees the body only
 * once meets them. Whatever is not JSON yields what was read so far.
 */
export function keysUntil(bytes: Buffer, last: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (let pos = 0; pos < bytes.length && keys.at(-1) !== last; pos++) {
    const byte = bytes[pos];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (byte === QUOTE) {
      const end = stringEnd(bytes, pos);
      if (depth === 1 && isBeforeColon(bytes, end)) keys.push(bytes.toString('utf8', pos + 1, end - 1));
      pos = end - 1;
    }
  }
  return keys;
}

function stringEnd(bytes: Buffer, quote: number): number {
  for (let pos = quote + 1; pos < bytes.length; pos++) {
    if (bytes[pos] === BACKSLASH) pos++;
    else if (bytes[pos] === QUOTE) return pos + 1;
  }
  return bytes.length;
}

function isBeforeColon(bytes: Buffer, pos: number): boolean {
  let at = pos;
  while (SPACES.includes(bytes[at] ?? 0)) at++;
  return bytes[at] === COLON;
}
