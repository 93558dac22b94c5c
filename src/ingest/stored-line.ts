import type { Endpoint } from '../providers/contract/adapter';

const HEAD = Buffer.from('{"custom_id":');
const METHOD = Buffer.from(',"method":"POST","url":"');
const BODY = Buffer.from('","body":');
const TAIL = Buffer.from('}\n');

/** One item of `input.jsonl` as read back. */
export interface StoredLine {
  /** `custom_id` as the caller's own JSON. */
  readonly customIdJson: Buffer;
  readonly endpoint: Endpoint;
  readonly body: Buffer;
}

/** What stands around `custom_id` and `body` in every line of one endpoint. */
export interface LineFrame {
  readonly head: Buffer;
  readonly middle: Buffer;
  /** The line feed is its last byte. */
  readonly tail: Buffer;
}

export function lineFrame(endpoint: Endpoint): LineFrame {
  return { head: HEAD, middle: Buffer.concat([METHOD, Buffer.from(endpoint), BODY]), tail: TAIL };
}

/**
 * Reads back a line, without its newline, that was written in a {@link lineFrame}. The separators are found as they stand: an
 * unescaped quote cannot occur within the strings before them.
 */
export function readStoredLine(line: Buffer): StoredLine {
  const method = line.indexOf(METHOD, HEAD.length);
  const body = line.indexOf(BODY, method + METHOD.length);
  if (method < 0 || body < 0) throw new Error('A line of a stored input is not as it was written');
  return {
    customIdJson: line.subarray(HEAD.length, method),
    endpoint: line.toString('utf8', method + METHOD.length, body) as Endpoint,
    body: line.subarray(body + BODY.length, line.length - 1),
  };
}
