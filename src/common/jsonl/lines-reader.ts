import { ByteAccumulator } from './byte-accumulator';
import { BYTE_ORDER_MARK, Byte, skipWhiteSpace } from './json-bytes';
import { ValueTooLargeError } from './json-errors';
import type { ItemsReader, ItemsSink } from './items-reader';
import { LayoutScanner } from './layout-scanner';
import { StrictScanner } from './strict-scanner';

interface LinesOptions {
  maxItemBytes: number;
  /** Arrays and objects that may be open at once in an item. */
  maxDepth: number;
  /** The member of an item whose own members are noted too. */
  nestedKey: string;
}

/**
 * Reads JSON lines, one item a line; lines of white space are skipped, and so is a byte order mark. Accepts of a line what
 * JSON.parse accepts, within the limits; does not check UTF-8.
 */
export class LinesReader implements ItemsReader {
  private readonly layout: LayoutScanner;
  private readonly scanner: StrictScanner;
  /** The beginning of a line whose end has not come yet, and its offset in the stream. */
  private readonly held = new ByteAccumulator();
  private heldOffset = 0;
  /** Offset in the stream of the current chunk. */
  private origin = 0;
  private count = 0;
  private lineNumber = 0;
  private endOfLine = 0;

  constructor(
    private readonly options: LinesOptions,
    private readonly sink: ItemsSink,
  ) {
    this.layout = new LayoutScanner(options.nestedKey, options.maxDepth);
    this.scanner = new StrictScanner(options.maxDepth);
  }

  /** The line that was read last, counted from 1, those of white space included. */
  get lineRead(): number {
    return this.lineNumber;
  }

  /** Where that line ends in the stream, with a line feed whether it has one or not. */
  get lineEnd(): number {
    return this.endOfLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(Byte.LINE_FEED); end !== -1; end = chunk.indexOf(Byte.LINE_FEED, start)) {
      if (this.held.length === 0) this.line(chunk, start, end, this.origin);
      else {
        this.hold(chunk.subarray(start, end), start);
        this.heldLine();
      }
      start = end + 1;
    }
    if (start < chunk.length) this.hold(chunk.subarray(start), start);
    this.origin += chunk.length;
  }

  end(): void {
    this.heldLine();
    this.sink.itemsEnd(this.count);
  }

  private hold(piece: Buffer, at: number): void {
    if (this.held.length === 0) this.heldOffset = this.origin + at;
    this.checkSize(this.held.length + piece.length);
    this.held.append(piece);
  }

  private heldLine(): void {
    const bytes = this.held.take();
    this.line(bytes, 0, bytes.length, this.heldOffset);
  }

  /** The line at `lineStart` to `end` (exclusive) of `bytes`, whose own offset in the stream is `origin`. */
  private line(bytes: Buffer, lineStart: number, end: number, origin: number): void {
    this.lineNumber++;
    this.endOfLine = origin + end + 1;
    this.checkSize(end - lineStart);
    const marked =
      origin + lineStart === 0 && BYTE_ORDER_MARK.every((byte, index) => bytes[lineStart + index] === byte);
    const start = skipWhiteSpace(bytes, marked ? lineStart + BYTE_ORDER_MARK.length : lineStart, end);
    if (start === end) return;
    const simpleEnd = this.layout.scan(bytes, start, end);
    const isSimple = simpleEnd > start && skipWhiteSpace(bytes, simpleEnd, end) === end;
    const itemEnd = isSimple ? simpleEnd : this.scanner.scanWhole(bytes, start, end, origin);
    this.sink.item(bytes, start, itemEnd, this.count++, isSimple ? this.layout : null);
  }

  private checkSize(bytes: number): void {
    const { maxItemBytes } = this.options;
    if (bytes > maxItemBytes) throw new ValueTooLargeError('item', null, this.count, maxItemBytes);
  }
}
