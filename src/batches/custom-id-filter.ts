import { Byte } from '../common/jsonl/json-bytes';
import { LineRuns } from '../files/line-runs';

const KEY = Buffer.from('"custom_id":');
/** What follows the `custom_id` of a stored entry; within a string its quote would be escaped. */
const AFTER = Buffer.from(',"response":');
/** More than the head of an entry has, with a `custom_id` of 512 characters that are all escaped. */
const MAX_HEAD_BYTES = 16 * 1024;

/** Picks the entries with certain `custom_id`s out of stored results, chunk by chunk; lines and chunks end where they like. */
export class CustomIdFilter {
  /** Each as the bytes of its UTF-8, one a character, so that most entries need no decoding. */
  private readonly left: Set<string>;
  private place: 'at a line' | 'in one that is wanted' | 'in one that is not' = 'at a line';
  /** The head of a line that its chunk cut. */
  private held: Buffer = Buffer.alloc(0);

  /** @param limit entries at most */
  constructor(
    customIds: readonly string[],
    private limit: number,
  ) {
    this.left = new Set(customIds.map(toBytes));
  }

  /** Whether no entry that follows is wanted: every `custom_id` of a batch is there once. */
  get done(): boolean {
    return (this.left.size === 0 || this.limit === 0) && this.place !== 'in one that is wanted';
  }

  push(bytes: Buffer): Buffer {
    const chunk = this.held.length > 0 ? Buffer.concat([this.held, bytes]) : bytes;
    this.held = Buffer.alloc(0);
    const runs = new LineRuns(chunk);
    for (let at = 0; at < chunk.length && !this.done;) {
      if (this.place === 'at a line' && !this.enterLine(chunk, at)) break;
      const lineFeed = chunk.indexOf(Byte.LINE_FEED, at);
      const next = lineFeed === -1 ? chunk.length : lineFeed + 1;
      if (this.place === 'in one that is wanted') runs.add(at, next);
      if (lineFeed !== -1) this.place = 'at a line';
      at = next;
    }
    return runs.take();
  }

  /** False when the chunk ends before the line's `custom_id` does. */
  private enterLine(chunk: Buffer, at: number): boolean {
    const key = chunk.indexOf(KEY, at);
    const end = key === -1 ? -1 : chunk.indexOf(AFTER, key);
    if (end === -1) {
      this.held = chunk.subarray(at);
      if (this.held.length > MAX_HEAD_BYTES) throw new Error('A line of stored results is not as it was written');
      return false;
    }
    // Without its quotes.
    const found = this.left.delete(textOf(chunk, key + KEY.length + 1, end - 1));
    if (found) this.limit--;
    this.place = found ? 'in one that is wanted' : 'in one that is not';
    return true;
  }
}

function textOf(chunk: Buffer, start: number, end: number): string {
  const bytes = chunk.toString('latin1', start, end);
  return bytes.includes('\\') ? toBytes(JSON.parse(chunk.toString('utf8', start - 1, end + 1)) as string) : bytes;
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
