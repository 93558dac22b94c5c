import { ByteAccumulator } from './byte-accumulator';
import { BYTE_ORDER_MARK, Byte } from './json-bytes';

/** A line has more than `limit` bytes. `line` counts from 1, empty lines included. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';

  constructor(
    readonly line: number,
    readonly limit: number,
  ) {
    super(`Line ${line} is longer than ${limit} bytes`);
  }
}

interface ReadLinesOptions {
  /** Most bytes before a line feed; a carriage return and the byte order mark count. */
  maxLineBytes: number;
  /** Whether empty lines come too, so that lines can be counted; they are skipped otherwise. */
  keepsEmpty?: boolean;
  /**
   * Called once after the last line, and not when the consumer stops early: the stream's length in bytes and whether its
   * last byte was a line feed, which also holds for an empty stream.
   */
  onEnd?: (info: { bytes: number; endedWithNewline: boolean }) => void;
}

/**
 * The lines of a JSON Lines stream, without line ends (LF or CRLF) and byte order mark; empty lines are skipped unless they are
 * asked for, a last line without a line feed counts. Lines hold parts of the source's chunks, so these must not change. The source is
 * returned (a Node stream: destroyed) when the consumer stops early.
 * @throws LineTooLongError
 */
export async function* readLines(source: AsyncIterable<Uint8Array>, options: ReadLinesOptions): AsyncGenerator<Buffer> {
  for await (const lines of readLineGroups(source, options)) for (const line of lines) yield line;
}

/**
 * As {@link readLines}, by groups that are never empty: the lines that end in one chunk of the source. A loop over many short lines
 * waits once a chunk then, and not once a line.
 * @throws LineTooLongError of a line of a group, before the group
 */
export async function* readLineGroups(
  source: AsyncIterable<Uint8Array>,
  options: ReadLinesOptions,
): AsyncGenerator<Buffer[]> {
  const assembler = new LineAssembler(options.maxLineBytes, options.keepsEmpty ?? false);
  let bytes = 0;
  for await (const part of source) {
    bytes += part.length;
    const lines = assembler.push(Buffer.from(part.buffer, part.byteOffset, part.length));
    if (lines.length > 0) yield lines;
  }
  const endedWithNewline = assembler.atLineStart;
  const last = assembler.takeLine();
  if (last.length > 0) yield [last];
  options.onEnd?.({ bytes, endedWithNewline });
}

class LineAssembler {
  private readonly held = new ByteAccumulator();
  private line = 1;

  constructor(
    private readonly maxLineBytes: number,
    private readonly keepsEmpty: boolean,
  ) {}

  /** True when no byte came since the last line feed. */
  get atLineStart(): boolean {
    return this.held.length === 0;
  }

  /** Takes a chunk; returns the lines that end in it. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    while (start < chunk.length) {
      const lineFeed = chunk.indexOf(Byte.LINE_FEED, start);
      this.hold(chunk.subarray(start, lineFeed === -1 ? chunk.length : lineFeed));
      if (lineFeed === -1) break;
      const line = this.takeLine();
      if (line.length > 0 || this.keepsEmpty) lines.push(line);
      start = lineFeed + 1;
    }
    return lines;
  }

  /** The bytes held as a line, which is empty when there are none but its end. */
  takeLine(): Buffer {
    const bytes = this.held.take();
    const marked = this.line === 1 && BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
    this.line++;
    const end = bytes[bytes.length - 1] === Byte.CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    return bytes.subarray(marked ? BYTE_ORDER_MARK.length : 0, end);
  }

  private hold(piece: Buffer): void {
    if (this.held.length + piece.length > this.maxLineBytes) throw new LineTooLongError(this.line, this.maxLineBytes);
    this.held.append(piece);
  }
}
