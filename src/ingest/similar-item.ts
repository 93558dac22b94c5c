import { isUtf8 } from 'node:buffer';
import { Byte } from '../common/jsonl/json-bytes';
import type { LayoutScanner } from '../common/jsonl/layout-scanner';
import { holds } from '../common/jsonl/object-layout';
import { BATCH_ITEMS, type ItemForm } from './item-form';
import { CUSTOM_ID_MAX_LENGTH, DEFAULT_ENDPOINT, DEFAULT_METHOD } from './item-rules';
import type { ReadItem } from './item-reader';

const quoted = (text: string) => Buffer.from(JSON.stringify(text));
const [CUSTOM_ID, METHOD, URL] = [quoted('custom_id'), quoted('method'), quoted('url')];
const [MODEL, STREAM] = [quoted('model'), quoted('stream')];
const [POST, FALSE] = [quoted(DEFAULT_METHOD), Buffer.from('false')];
const [FIRST_PRINTABLE, LAST_PRINTABLE] = [0x20, 0x7e];

/**
 * Recognises, from its bytes alone, a valid item that asks the same model at the same endpoint as the first one did. What it does
 * not recognise may be valid all the same, and is read the slow way.
 */
export class SimilarItem {
  /** Of the item that was recognised last, without quotes. Positions in its bytes, ends exclusive. */
  idStart = 0;
  idEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
  private readonly model: Buffer;
  private readonly url: Buffer;
  private readonly mayLackUrl: boolean;
  private readonly nestedKey: Buffer;
  private readonly hasUrl: boolean;

  constructor(first: Pick<ReadItem, 'model' | 'endpoint'>, { nestedKey, endpoint }: ItemForm = BATCH_ITEMS) {
    this.model = quoted(first.model);
    this.url = quoted(first.endpoint);
    this.mayLackUrl = first.endpoint === DEFAULT_ENDPOINT;
    this.nestedKey = quoted(nestedKey);
    this.hasUrl = endpoint === null;
  }

  /** @param layout of the item at `start` to `end` (exclusive) of `bytes` */
  recognise(bytes: Buffer, start: number, end: number, layout: LayoutScanner): boolean {
    const { members, nested } = layout;
    return (
      (layout.isAscii || isUtf8(bytes.subarray(start, end))) &&
      !members.hasDuplicate(bytes) &&
      !nested.hasDuplicate(bytes) &&
      this.takeId(bytes, layout) &&
      this.takeBody(bytes, layout) &&
      (!this.hasUrl || valueIs(bytes, members, METHOD, POST, true)) &&
      (!this.hasUrl || valueIs(bytes, members, URL, this.url, this.mayLackUrl)) &&
      valueIs(bytes, nested, MODEL, this.model, false) &&
      valueIs(bytes, nested, STREAM, FALSE, true)
    );
  }

  /** 1 to 512 printable characters, spelled as they are. */
  private takeId(bytes: Buffer, { members }: LayoutScanner): boolean {
    const member = members.find(bytes, CUSTOM_ID);
    if (member < 0) return false;
    const [start, end] = [members.valueStart(member), members.valueEnd(member)];
    if (bytes[start] !== Byte.QUOTE || end - start < 3 || end - start > CUSTOM_ID_MAX_LENGTH + 2) return false;
    for (let pos = start + 1; pos < end - 1; pos++) {
      const byte = bytes[pos]!;
      if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE || byte === Byte.BACKSLASH) return false;
    }
    this.idStart = start + 1;
    this.idEnd = end - 1;
    return true;
  }

  private takeBody(bytes: Buffer, { members }: LayoutScanner): boolean {
    const member = members.find(bytes, this.nestedKey);
    if (member < 0 || bytes[members.valueStart(member)] !== Byte.OPEN_BRACE) return false;
    this.bodyStart = members.valueStart(member);
    this.bodyEnd = members.valueEnd(member);
    return true;
  }
}

function valueIs(
  bytes: Buffer,
  members: LayoutScanner['members'],
  key: Buffer,
  value: Buffer,
  mayLack: boolean,
): boolean {
  const member = members.find(bytes, key);
  return member < 0 ? mayLack : holds(bytes, members.valueStart(member), members.valueEnd(member), value);
}
