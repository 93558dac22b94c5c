import { ENVELOPE, type Place } from './envelope-grammar';
import { decodeString } from './json-bytes';
import { DuplicateKeyError, JsonSyntaxError, ValueTooLargeError } from './json-errors';
import { ValueReader } from './value-reader';

/** A longer key is none that we know. Quotes and escapes count. */
const MAX_KEY_BYTES = 256;

/** What the splitter found in the document, in the document's order. No bytes have white space around them. */
export type SplitEvent =
  /** One element of the streamed array, byte for byte. */
  | { type: 'item'; index: number; bytes: Buffer }
  /** The complete value of a captured key, or of the streamed key when that value is not an array. */
  | { type: 'field'; key: string; bytes: Buffer }
  /** The streamed array closed after `count` items. Without this event there was no such array. */
  | { type: 'array_end'; count: number }
  /**
   * The root is some other value than an object. The bytes are that value once it is complete; or they are empty when it
   * grew larger than a field may be, which is told before the rest of it is checked.
   */
  | { type: 'not_object'; bytes: Buffer };

interface EnvelopeSplitterOptions {
  /** The top-level key whose array is handed out element by element. */
  arrayKey: string;
  /** The top-level keys whose values are handed out whole. */
  captureKeys: readonly string[];
  maxItemBytes: number;
  maxFieldBytes: number;
  /** Arrays and objects that may be open at once, the root counted; at least 2, the root and the streamed array. */
  maxDepth: number;
}

/**
 * Splits one large JSON object, given in chunks, into the elements of one array and a few captured fields, and holds no
 * more than one of them at a time. Accepts what JSON.parse accepts, within the limits, except a second occurrence of a
 * key that it acts on; skips a byte order mark; does not check UTF-8. Values of other keys are checked and not kept.
 */
export class EnvelopeSplitter {
  private readonly reader: ValueReader;
  private readonly knownKeys: ReadonlySet<string>;
  private readonly seenKeys = new Set<string>();
  /** Where the document goes on; while a value is being read, where it goes on behind that value. */
  private place: Place = 'start';
  /** The value being read; null between values. `unkept` is one that is only checked. */
  private reading: 'root' | 'key' | 'field' | 'item' | 'unkept' | null = null;
  /** Offset in the stream of the value being read. */
  private valueOffset = 0;
  /** The current member's key; null when it is not a known one. */
  private key: string | null = null;
  private itemCount = 0;
  /** Offset in the stream of the current chunk. */
  private origin = 0;

  constructor(private readonly options: EnvelopeSplitterOptions) {
    this.reader = new ValueReader(options.maxDepth);
    this.knownKeys = new Set([options.arrayKey, ...options.captureKeys]);
  }

  /**
   * Reads the next chunk. Events hold parts of chunks, so the chunks must not change. As a generator it does nothing until
   * it is iterated, and it must be iterated to its end before the next push. Not to be used again after it threw.
   * @throws JsonSyntaxError, DuplicateKeyError, ValueTooLargeError, NestingTooDeepError
   */
  *push(chunk: Buffer): Generator<SplitEvent> {
    let pos = 0;
    while (pos < chunk.length) {
      let event: SplitEvent | null;
      if (this.reading === null) {
        event = this.step(chunk[pos]!, this.origin + pos);
        // A byte that begins a value is read again as part of it.
        if (this.reading === null) pos++;
      } else {
        pos = this.reader.advance(chunk, pos, this.origin);
        event = this.afterAdvance();
      }
      if (event !== null) yield event;
    }
    this.origin += chunk.length;
  }

  /** Ends the document. @throws JsonSyntaxError when it is incomplete */
  *end(): Generator<SplitEvent> {
    if (this.reading === 'root' || this.reading === 'unkept') {
      // Only at the root can the end of the input complete a value, namely a number.
      this.reader.endOfInput();
      const event = this.afterAdvance();
      if (event !== null) yield event;
    }
    if (this.place !== 'end' || this.reading !== null) throw new JsonSyntaxError(this.origin, 'Unexpected end of JSON');
  }

  private step(byte: number, offset: number): SplitEvent | null {
    const { tokens, value } = ENVELOPE[this.place];
    const next = tokens.get(byte);
    if (next !== undefined) {
      this.place = next;
      return next === 'after_array' ? { type: 'array_end', count: this.itemCount } : null;
    }
    if (value === null || (value.first ?? byte) !== byte) throw new JsonSyntaxError(offset, 'Unexpected character');
    this.reading = value.what === 'field' && this.key === null ? 'unkept' : value.what;
    this.place = value.then;
    this.valueOffset = offset;
    this.beginValue();
    return null;
  }

  private beginValue(): void {
    const { maxItemBytes, maxFieldBytes } = this.options;
    if (this.reading === 'root') this.reader.begin(0, maxFieldBytes);
    else if (this.reading === 'key') this.reader.begin(1, MAX_KEY_BYTES);
    else if (this.reading === 'item') this.reader.begin(2, maxItemBytes);
    else this.reader.begin(1, this.reading === 'field' ? maxFieldBytes : null);
  }

  private afterAdvance(): SplitEvent | null {
    const { reader, reading, key } = this;
    if (reader.dropped) this.checkDropped();
    if (reading === 'root' && reader.dropped) {
      this.reading = reader.done ? null : 'unkept';
      return { type: 'not_object', bytes: Buffer.alloc(0) };
    }
    if (!reader.done) return null;
    this.reading = null;
    if (reading === 'item') return { type: 'item', index: this.itemCount++, bytes: reader.take() };
    if (reading === 'field' && key !== null) return { type: 'field', key, bytes: reader.take() };
    if (reading === 'root') return { type: 'not_object', bytes: reader.take() };
    if (reading === 'key') this.enterMember();
    return null;
  }

  private checkDropped(): void {
    const { maxItemBytes, maxFieldBytes } = this.options;
    if (this.reading === 'item') throw new ValueTooLargeError('item', null, this.itemCount, maxItemBytes);
    if (this.reading === 'field') throw new ValueTooLargeError('field', this.key, null, maxFieldBytes);
  }

  private enterMember(): void {
    const key = this.reader.dropped ? null : decodeString(this.reader.take());
    this.key = key !== null && this.knownKeys.has(key) ? key : null;
    if (this.key === null) return;
    if (this.seenKeys.has(this.key)) throw new DuplicateKeyError(this.key, this.valueOffset);
    this.seenKeys.add(this.key);
    if (this.key === this.options.arrayKey) this.place = 'array_colon';
  }
}
