import { Byte, decodeString } from './json-bytes';
import { JsonSyntaxError, ValueTooLargeError } from './json-errors';
import { ValueReader } from './value-reader';

/** A longer key is none that anybody asks for. Quotes and escapes count. */
const MAX_KEY_BYTES = 256;

/** Where a value is in its document: keys of objects and indexes of arrays, from the root down. */
export type JsonPath = readonly (string | number)[];

/** What becomes of a value: its bytes are handed out, the values in it are looked at, or it is only checked. */
export type Interest = 'take' | 'enter' | 'skip';

/** A value that was taken: its bytes as they stand, without white space around them. */
export interface Picked {
  readonly path: JsonPath;
  readonly bytes: Buffer;
}

interface PickOptions {
  /** Asked once for every value that is reached, in the document's order; a string, number or literal cannot be entered. */
  readonly interest: (path: JsonPath) => Interest;
  /** Most bytes of a value that is taken. */
  readonly maxValueBytes: number;
  /** Arrays and objects that may be open at once. */
  readonly maxDepth: number;
}

/**
 * Picks values out of one large JSON document, and holds no more than one of them at a time. Accepts what JSON.parse accepts,
 * within the limits; of a key that occurs twice both values are handed out.
 * @throws JsonSyntaxError (also when the document is cut short), ValueTooLargeError, NestingTooDeepError
 */
export async function* pickValues(source: AsyncIterable<Uint8Array>, options: PickOptions): AsyncGenerator<Picked> {
  const picker = new ValuePicker(options);
  for await (const part of source) yield* picker.push(Buffer.from(part.buffer, part.byteOffset, part.length));
  yield* picker.end();
}

/** An array or object that was entered, and where in it the reading is; `key` is null while no key, or too long a one, was read. */
interface Level {
  readonly isArray: boolean;
  key: string | null;
  index: number;
}

/** What comes next, white space left aside. `first_` places may also be the end of what was entered. */
type Place = 'value' | 'first_key' | 'key' | 'colon' | 'first_element' | 'separator' | 'end';

class ValuePicker {
  private readonly reader: ValueReader;
  private readonly levels: Level[] = [];
  private place: Place = 'value';
  private reading: 'key' | 'taken' | 'skipped' | null = null;
  /** Offset in the stream of the current chunk. */
  private origin = 0;

  constructor(private readonly options: PickOptions) {
    this.reader = new ValueReader(options.maxDepth);
  }

  *push(chunk: Buffer): Generator<Picked> {
    let pos = 0;
    while (pos < chunk.length) {
      if (this.reading === null) {
        if (this.step(chunk[pos]!, this.origin + pos)) pos++;
        continue;
      }
      pos = this.reader.advance(chunk, pos, this.origin);
      const picked = this.afterAdvance();
      if (picked) yield picked;
    }
    this.origin += chunk.length;
  }

  *end(): Generator<Picked> {
    if (this.reading !== null && this.levels.length === 0) {
      // Only at the root can the end of the input complete a value, namely a number.
      this.reader.endOfInput();
      const picked = this.afterAdvance();
      if (picked) yield picked;
    }
    if (this.place !== 'end' || this.reading !== null) throw new JsonSyntaxError(this.origin, 'Unexpected end of JSON');
  }

  /** Takes one byte between values; false when it begins a value, which is then read from that byte on. */
  private step(byte: number, offset: number): boolean {
    if (isSpace(byte)) return true;
    const level = this.levels.at(-1);
    switch (this.place) {
      case 'first_key':
        if (byte === Byte.CLOSE_BRACE) return this.leave();
        return this.beginKey(byte, offset);
      case 'key':
        return this.beginKey(byte, offset);
      case 'colon':
        return this.expect(byte === Byte.COLON, 'value', offset);
      case 'first_element':
        if (byte === Byte.CLOSE_BRACKET) return this.leave();
        return this.beginValue(byte);
      case 'separator':
        if (byte === (level?.isArray ? Byte.CLOSE_BRACKET : Byte.CLOSE_BRACE)) return this.leave();
        if (level) level.index++;
        return this.expect(byte === Byte.COMMA, level?.isArray ? 'value' : 'key', offset);
      case 'value':
        return this.beginValue(byte);
      case 'end':
        throw new JsonSyntaxError(offset, 'Unexpected character');
    }
  }

  private expect(holds: boolean, then: Place, offset: number): true {
    if (!holds) throw new JsonSyntaxError(offset, 'Unexpected character');
    this.place = then;
    return true;
  }

  private beginKey(byte: number, offset: number): false {
    this.expect(byte === Byte.QUOTE, 'colon', offset);
    this.reading = 'key';
    this.reader.begin(this.levels.length, MAX_KEY_BYTES);
    return false;
  }

  private beginValue(byte: number): boolean {
    const interest = this.interest();
    const isArray = byte === Byte.OPEN_BRACKET;
    if (interest === 'enter' && (isArray || byte === Byte.OPEN_BRACE) && this.levels.length < this.options.maxDepth) {
      this.levels.push({ isArray, key: null, index: 0 });
      this.place = isArray ? 'first_element' : 'first_key';
      return true;
    }
    this.reading = interest === 'take' ? 'taken' : 'skipped';
    this.place = this.levels.length === 0 ? 'end' : 'separator';
    this.reader.begin(this.levels.length, interest === 'take' ? this.options.maxValueBytes : null);
    return false;
  }

  private leave(): true {
    this.levels.pop();
    this.place = this.levels.length === 0 ? 'end' : 'separator';
    return true;
  }

  private afterAdvance(): Picked | null {
    const { reader, reading } = this;
    if (reading === 'taken' && reader.dropped) {
      throw new ValueTooLargeError('field', this.path().join('.'), null, this.options.maxValueBytes);
    }
    if (!reader.done) return null;
    this.reading = null;
    if (reading === 'taken') return { path: this.path(), bytes: reader.take() };
    const level = this.levels.at(-1);
    if (reading === 'key' && level) level.key = reader.dropped ? null : decodeString(reader.take());
    return null;
  }

  private interest(): Interest {
    const hasName = this.levels.every(({ isArray, key }) => isArray || key !== null);
    return hasName ? this.options.interest(this.path()) : 'skip';
  }

  private path(): JsonPath {
    return this.levels.map(({ isArray, key, index }) => (isArray ? index : (key ?? '')));
  }
}

function isSpace(byte: number): boolean {
  return byte === Byte.SPACE || byte === Byte.LINE_FEED || byte === Byte.CARRIAGE_RETURN || byte === Byte.TAB;
}
