/** Bytes that stand in a URI. */
export interface DataUri {
  /** In lower case. */
  readonly mediaType: string;
  readonly base64: string;
}

/** Longest `data:` head that we look for; the bytes behind it may be megabytes. */
const HEAD_CHARACTERS = 128;
const HEAD = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+);base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads `data:<type>;base64,<bytes>`; null for any other text. */
export function readDataUri(text: string): DataUri | null {
  const head = HEAD.exec(text.slice(0, HEAD_CHARACTERS));
  const base64 = head && text.slice(head[0].length);
  if (!head?.[1] || !base64 || !isBase64(base64)) return null;
  return { mediaType: head[1].toLowerCase(), base64 };
}

/** Whether a text is base64, and not empty. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text);
}
