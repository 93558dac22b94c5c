import { ENVELOPE, type Place } from './envelope-grammar';
import { decodeString } from './json-bytes';
import { DuplicateKeyError, JsonSyntaxError, ValueTooLargeError } from './json-errors';
import { LayoutScanner, NOT_SIMPLE } from './layout-scanner';
import type { ItemsReader, ItemsSink } from './items-reader';
import { ValueReader } from './value-reader';

/** A longer key is none that we know. Quotes and escapes count. */
const MAX_KEY_BYTES = 256;
/** The document and the streamed array. */
export const LEVELS_AROUND_ITEM = 2;

export interface EnvelopeOptions {
  /** The top-level key whose array is handed out element by element. */
  arrayKey: string;
  /** The top-level keys whose values are handed out whole. */
  captureKeys: readonly string[];
  maxItemBytes: number;
  maxFieldBytes: number;
  /** Arrays and objects that may be open at once, the root counted; at least 2, the root and the streamed array. */
  maxDepth: number;
  /** The member of an element whose own members are noted too. */
  nestedKey?: string;
}

/**
 * Splits one large JSON object, given in chunks, into the elements of one array and a few captured fields, and holds no
 * more than one of them at a time. Accepts what JSON.parse accepts, within the limits, except a second occurrence of a
 * key that it acts on; skips a byte order mark; does not check UTF-8. Values of other keys are checked and not kept.
 */
export class EnvelopeReader implements ItemsReader {
  private readonly reader: ValueReader;
  private readonly layout: LayoutScanner;
  private readonly knownKeys: ReadonlySet<string>;
  private readonly seenKeys = new Set<string>();
  /** Where the document goes on; while a value is being read, where it goes on behind that value. */
  private place: Place = 'start';
  /** The value being read; null between values. `unkept` is one that is only checked. */
  private reading: 'root' | 'key' | 'field' | 'item' | 'unkept' | null = null;
  /** Whether no byte of that value was read yet. */
  private isNew = false;
  /** Offset in the stream of the value being read. */
  private valueOffset = 0;
  /** The current member's key; null when it is not a known one. */
  private key: string | null = null;
  private itemCount = 0;
  /** Offset in the stream of the current chunk. */
  private origin = 0;

  constructor(
    private readonly options: EnvelopeOptions,
    private readonly sink: ItemsSink,
  ) {
    this.reader = new ValueReader(options.maxDepth);
    this.layout = new LayoutScanner(options.nestedKey, options.maxDepth - LEVELS_AROUND_ITEM);
    this.knownKeys = new Set([options.arrayKey, ...options.captureKeys]);
  }

  push(chunk: Buffer): void {
    let pos = 0;
    while (pos < chunk.length) {
      if (this.reading === null) {
        const next = this.step(chunk[pos]!, this.origin + pos);
        // A byte that begins a value is read again as part of it.
        if (next === null) continue;
        pos++;
        if (next === 'after_array') this.sink.itemsEnd(this.itemCount);
      } else {
        const end = this.reading === 'item' && this.isNew ? this.simpleItem(chunk, pos) : NOT_SIMPLE;
        this.isNew = false;
        pos = end === NOT_SIMPLE ? this.advance(chunk, pos) : end;
      }
    }
    this.origin += chunk.length;
  }

  end(): void {
    if (this.reading === 'root' || this.reading === 'unkept') {
      // Only at the root can the end of the input complete a value, namely a number.
      this.reader.endOfInput();
      this.afterAdvance();
    }
    if (this.place !== 'end' || this.reading !== null) throw new JsonSyntaxError(this.origin, 'Unexpected end of JSON');
  }

  /** An item that lies whole in its chunk is read in place; of any other it is not known yet whether it is one. */
  private simpleItem(chunk: Buffer, start: number): number {
    const { layout } = this;
    const end = layout.scan(chunk, start, chunk.length);
    if (end === NOT_SIMPLE || end - start > this.options.maxItemBytes) return NOT_SIMPLE;
    this.reading = null;
    this.sink.item(chunk, start, end, this.itemCount++, layout);
    return end;
  }

  private advance(chunk: Buffer, pos: number): number {
    const next = this.reader.advance(chunk, pos, this.origin);
    this.afterAdvance();
    return next;
  }

  /** Takes one byte between values and returns where that leads; null when it begins a value. */
  private step(byte: number, offset: number): Place | null {
    const { tokens, value } = ENVELOPE[this.place];
    const next = tokens.get(byte);
    if (next !== undefined) return (this.place = next);
    if (value === null || (value.first ?? byte) !== byte) throw new JsonSyntaxError(offset, 'Unexpected character');
    this.reading = value.what === 'field' && this.key === null ? 'unkept' : value.what;
    this.isNew = true;
    this.place = value.then;
    this.valueOffset = offset;
    this.beginValue();
    return null;
  }

  private beginValue(): void {
    const { maxItemBytes, maxFieldBytes } = this.options;
    if (this.reading === 'root') this.reader.begin(0, maxFieldBytes);
    else if (this.reading === 'key') this.reader.begin(1, MAX_KEY_BYTES);
    else if (this.reading === 'item') this.reader.begin(LEVELS_AROUND_ITEM, maxItemBytes);
    else this.reader.begin(1, this.reading === 'field' ? maxFieldBytes : null);
  }

  private afterAdvance(): void {
    const { reader, reading, key } = this;
    if (reader.dropped) this.checkDropped();
    if (reading === 'root' && reader.dropped) {
      this.reading = reader.done ? null : 'unkept';
      return this.sink.notObject(Buffer.alloc(0));
    }
    if (!reader.done) return;
    this.reading = null;
    if (reading === 'item') this.assembledItem(reader.take());
    else if (reading === 'field' && key !== null) this.sink.field(key, reader.take());
    else if (reading === 'root') this.sink.notObject(reader.take());
    else if (reading === 'key') this.enterMember();
  }

  private assembledItem(bytes: Buffer): void {
    const { layout } = this;
    const isSimple = layout.scan(bytes, 0, bytes.length) === bytes.length;
    this.sink.item(bytes, 0, bytes.length, this.itemCount++, isSimple ? layout : null);
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
