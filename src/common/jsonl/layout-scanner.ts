import { Byte } from './json-bytes';
import { holds, MemberSpans } from './object-layout';

/** What a string may hold as it is. */
const PLAIN_ASCII = 1;
const KIND: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== Byte.QUOTE && byte !== Byte.BACKSLASH ? PLAIN_ASCII : 0,
);
const [ZERO, NINE, MINUS, PLUS, POINT] = [0x30, 0x39, 0x2d, 0x2b, 0x2e];
const UNICODE_ESCAPE = 0x75;
const ESCAPABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const [TRUE, FALSE, NULL] = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

/** Not whole, not right, or not as simple as what is read the fast way. */
export const NOT_SIMPLE = -1;

/**
 * The fast way to read an object that lies whole in one buffer: checks it as strictly as JSON.parse does and notes where its
 * members are, and those of one of its members, in a single pass without a copy. What is cut short, malformed, too deep or
 * uncommon it leaves to the slow way, which is exact about it: {@link NOT_SIMPLE} is no verdict. Does not check UTF-8.
 */
export class LayoutScanner {
  /** Of the object that was scanned last. */
  readonly members = new MemberSpans();
  /** Of its member `nestedKey`, when that is an object. */
  readonly nested = new MemberSpans();
  /** Whether there was no byte above 127. */
  isAscii = true;
  /** Whether there was a line break, which can only be white space. */
  hasLineBreak = false;
  private readonly nestedKey: Buffer;
  private bytes: Buffer = Buffer.alloc(0);
  private end = 0;

  /** @param maxDepth how many arrays and objects may be open at once, the object itself counted */
  constructor(
    nestedKey: string | undefined,
    private readonly maxDepth: number,
  ) {
    this.nestedKey = Buffer.from(nestedKey === undefined ? '' : JSON.stringify(nestedKey));
  }

  /**
   * The position behind the object at `start` of `bytes`, or {@link NOT_SIMPLE}.
   * @param end where what may be read ends: the end of `bytes`, or a line feed
   */
  scan(bytes: Buffer, start: number, end: number): number {
    if (bytes[start] !== Byte.OPEN_BRACE) return NOT_SIMPLE;
    this.members.clear();
    this.nested.clear();
    this.isAscii = true;
    this.hasLineBreak = false;
    this.bytes = bytes;
    this.end = end;
    return this.noted(start + 1, this.members, 1);
  }

  /** An object whose members are noted, from behind its brace. */
  private noted(start: number, spans: MemberSpans, depth: number): number {
    const { bytes } = this;
    let pos = this.space(start);
    if (bytes[pos] === Byte.CLOSE_BRACE) return pos + 1;
    for (;;) {
      const keyEnd = this.key(pos);
      const valueStart = keyEnd === NOT_SIMPLE ? NOT_SIMPLE : this.afterColon(keyEnd);
      if (valueStart === NOT_SIMPLE) return NOT_SIMPLE;
      const isNested =
        depth === 1 && bytes[valueStart] === Byte.OPEN_BRACE && holds(bytes, pos, keyEnd, this.nestedKey);
      const valueEnd = isNested ? this.noted(valueStart + 1, this.nested, 2) : this.value(valueStart, depth);
      if (valueEnd === NOT_SIMPLE || !spans.add(pos, keyEnd, valueStart, valueEnd)) return NOT_SIMPLE;
      pos = this.space(valueEnd);
      if (bytes[pos] === Byte.COMMA) pos = this.space(pos + 1);
      else return bytes[pos] === Byte.CLOSE_BRACE && pos < this.end ? pos + 1 : NOT_SIMPLE;
    }
  }

  /** A key of plain ASCII, so that keys are the same only when their bytes are. */
  private key(quote: number): number {
    const { bytes, end } = this;
    if (bytes[quote] !== Byte.QUOTE) return NOT_SIMPLE;
    let pos = quote + 1;
    while (pos < end && KIND[bytes[pos]!] === PLAIN_ASCII) pos++;
    return pos < end && bytes[pos] === Byte.QUOTE ? pos + 1 : NOT_SIMPLE;
  }

  private afterColon(keyEnd: number): number {
    const colon = this.space(keyEnd);
    return this.bytes[colon] === Byte.COLON ? this.space(colon + 1) : NOT_SIMPLE;
  }

  /** @param depth how many arrays and objects are open around the value */
  private value(pos: number, depth: number): number {
    if (pos >= this.end) return NOT_SIMPLE;
    switch (this.bytes[pos]) {
      case Byte.QUOTE:
        return this.string(pos + 1);
      case Byte.OPEN_BRACE:
        return depth < this.maxDepth ? this.object(pos + 1, depth + 1) : NOT_SIMPLE;
      case Byte.OPEN_BRACKET:
        return depth < this.maxDepth ? this.array(pos + 1, depth + 1) : NOT_SIMPLE;
      case TRUE[0]:
        return this.literal(pos, TRUE);
      case FALSE[0]:
        return this.literal(pos, FALSE);
      case NULL[0]:
        return this.literal(pos, NULL);
      default:
        return this.number(pos);
    }
  }

  private object(start: number, depth: number): number {
    const { bytes } = this;
    let pos = this.space(start);
    if (bytes[pos] === Byte.CLOSE_BRACE) return pos + 1;
    for (;;) {
      if (bytes[pos] !== Byte.QUOTE) return NOT_SIMPLE;
      const keyEnd = this.string(pos + 1);
      const valueStart = keyEnd === NOT_SIMPLE ? NOT_SIMPLE : this.afterColon(keyEnd);
      const valueEnd = valueStart === NOT_SIMPLE ? NOT_SIMPLE : this.value(valueStart, depth);
      if (valueEnd === NOT_SIMPLE) return NOT_SIMPLE;
      pos = this.space(valueEnd);
      if (bytes[pos] === Byte.COMMA) pos = this.space(pos + 1);
      else return bytes[pos] === Byte.CLOSE_BRACE ? pos + 1 : NOT_SIMPLE;
    }
  }

  private array(start: number, depth: number): number {
    const { bytes } = this;
    let pos = this.space(start);
    if (bytes[pos] === Byte.CLOSE_BRACKET) return pos + 1;
    for (;;) {
      const valueEnd = this.value(pos, depth);
      if (valueEnd === NOT_SIMPLE) return NOT_SIMPLE;
      pos = this.space(valueEnd);
      if (bytes[pos] === Byte.COMMA) pos = this.space(pos + 1);
      else return bytes[pos] === Byte.CLOSE_BRACKET ? pos + 1 : NOT_SIMPLE;
    }
  }

  /** A string from behind its quote. */
  private string(start: number): number {
    const { bytes, end } = this;
    let pos = start;
    for (;;) {
      while (pos < end && KIND[bytes[pos]!] === PLAIN_ASCII) pos++;
      if (pos >= end) return NOT_SIMPLE;
      const byte = bytes[pos]!;
      if (byte === Byte.QUOTE) return pos + 1;
      if (byte >= 0x80) {
        this.isAscii = false;
        pos++;
      } else {
        pos = byte === Byte.BACKSLASH ? this.escape(pos + 1) : NOT_SIMPLE;
        if (pos === NOT_SIMPLE) return NOT_SIMPLE;
      }
    }
  }

  /** An escape from behind its backslash. */
  private escape(pos: number): number {
    const byte = this.bytes[pos]!;
    if (pos < this.end && ESCAPABLE[byte] === 1) return pos + 1;
    if (byte !== UNICODE_ESCAPE || pos + 4 >= this.end) return NOT_SIMPLE;
    for (let digit = pos + 1; digit <= pos + 4; digit++) if (!isHexDigit(this.bytes[digit]!)) return NOT_SIMPLE;
    return pos + 5;
  }

  private number(start: number): number {
    const { bytes } = this;
    let pos = bytes[start] === MINUS ? start + 1 : start;
    const integer = pos;
    pos = this.digits(pos);
    if (pos === integer || (bytes[integer] === ZERO && pos > integer + 1)) return NOT_SIMPLE;
    if (bytes[pos] === POINT) {
      const fraction = pos + 1;
      pos = this.digits(fraction);
      if (pos === fraction) return NOT_SIMPLE;
    }
    if ((bytes[pos]! | 0x20) !== 0x65) return pos; // e or E
    const sign = bytes[pos + 1];
    const exponent = sign === PLUS || sign === MINUS ? pos + 2 : pos + 1;
    pos = this.digits(exponent);
    return pos === exponent ? NOT_SIMPLE : pos;
  }

  private digits(start: number): number {
    const { bytes, end } = this;
    let pos = start;
    while (pos < end && bytes[pos]! >= ZERO && bytes[pos]! <= NINE) pos++;
    return pos;
  }

  private literal(pos: number, text: Buffer): number {
    return pos + text.length <= this.end && holds(this.bytes, pos, pos + text.length, text)
      ? pos + text.length
      : NOT_SIMPLE;
  }

  private space(start: number): number {
    const { bytes, end } = this;
    let pos = start;
    for (; pos < end; pos++) {
      const byte = bytes[pos]!;
      if (byte > Byte.SPACE) break;
      if (byte === Byte.LINE_FEED || byte === Byte.CARRIAGE_RETURN) this.hasLineBreak = true;
      else if (byte !== Byte.SPACE && byte !== Byte.TAB) break;
    }
    return pos;
  }
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (lower >= 0x61 && lower <= 0x66);
}
