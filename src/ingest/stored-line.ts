import type { Endpoint } from '../providers/contract/adapter';
import type { ReadItem } from './item-reader';

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

/** The line of `input.jsonl` for an item, newline and all, in pieces. */
export function toStoredLine(item: ReadItem): Buffer[] {
  return [HEAD, item.customIdJson, METHOD, Buffer.from(item.endpoint), BODY, item.body, TAIL];
}

/**
 * Reads back a line, without its newline, that {@link toStoredLine} made. The separators are found as they stand: an
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
