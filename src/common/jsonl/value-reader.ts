import { ByteAccumulator } from './byte-accumulator';
import { StrictScanner } from './strict-scanner';

/** Checks one JSON value at a time that comes in pieces and keeps its bytes as long as they are within a limit. */
export class ValueReader {
  private readonly scanner: StrictScanner;
  private readonly kept = new ByteAccumulator();
  private limit = 0;
  private keeping = false;

  /** @param maxDepth how many arrays and objects may be open at once in the document, the outermost one counted */
  constructor(maxDepth: number) {
    this.scanner = new StrictScanner(maxDepth);
  }

  /** True once the value is complete. */
  get done(): boolean {
    return this.scanner.done;
  }

  /** True when the value's bytes are not kept: they are more than the limit, or were not to be kept at all. */
  get dropped(): boolean {
    return !this.keeping;
  }

  /**
   * Makes ready for a value inside `levelsAbove` open arrays and objects.
   * @param limit most bytes to keep; null keeps nothing
   */
  begin(levelsAbove: number, limit: number | null): void {
    this.scanner.begin(levelsAbove);
    this.kept.clear();
    this.keeping = limit !== null;
    this.limit = limit ?? 0;
  }

  /**
   * Goes on with the value in `chunk` at `pos` and returns the position behind the last byte used, which is short of the
   * chunk's end when the value is done or has just been dropped. `origin` is the offset of `chunk` in the stream.
   * @throws JsonSyntaxError, NestingTooDeepError
   */
  advance(chunk: Buffer, pos: number, origin: number): number {
    if (!this.keeping) return this.scanner.scan(chunk, pos, chunk.length, origin);
    // One byte over the limit is enough to know, however large the chunk is.
    const end = Math.min(chunk.length, pos + this.limit + 1 - this.kept.length);
    const next = this.scanner.scan(chunk, pos, end, origin);
    this.kept.append(chunk.subarray(pos, next));
    if (this.kept.length > this.limit) {
      this.kept.clear();
      this.keeping = false;
    }
    return next;
  }

  /** Tells the reader that no byte follows, which completes a number; look at `done` then. */
  endOfInput(): void {
    this.scanner.endOfInput();
  }

  /** The complete value's bytes, without white space around them; empty when they were dropped. */
  take(): Buffer {
    return this.kept.take();
  }
}
