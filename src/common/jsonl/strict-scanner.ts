import { Byte, skipWhiteSpace } from './json-bytes';
import { JsonSyntaxError, NestingTooDeepError } from './json-errors';
import { Action, FIRST_ACTION, PLAIN, State, TRANSITIONS } from './scan-table';

const DONE = FIRST_ACTION - 1;

/**
 * Finds the end of one JSON value at a time in bytes that come in pieces, and refuses whatever JSON.parse would refuse.
 * Holds one byte for each level of nesting and nothing of the bytes it has seen.
 */
export class StrictScanner {
  private state: number = DONE;
  private depth = 0;
  private levelsAbove = 0;
  /** For each open array or object, the state that follows a value in it. */
  private readonly stack: Uint8Array;

  /** @param maxDepth how many arrays and objects may be open at once in the document, the outermost one counted */
  constructor(private readonly maxDepth: number) {
    this.stack = new Uint8Array(maxDepth);
  }

  /** True once the value is complete. */
  get done(): boolean {
    return this.state === DONE;
  }

  /** Makes ready for a value that lies inside `levelsAbove` open arrays and objects. */
  begin(levelsAbove: number): void {
    this.state = State.VALUE;
    this.depth = 0;
    this.levelsAbove = levelsAbove;
  }

  /**
   * Goes on with the value in `bytes` from `from` to `end` and returns the position behind the last byte that belongs to
   * it: `end`, or earlier when it is done. `origin` is the offset of `bytes` in the stream, for the errors.
   * @throws JsonSyntaxError, NestingTooDeepError
   */
  scan(bytes: Buffer, from: number, end: number, origin: number): number {
    // Locals, because the loop runs for every byte and property look-ups through the module object are slow.
    const [transitions, plain] = [TRANSITIONS, PLAIN];
    const [firstAction, lastStringState] = [FIRST_ACTION, State.KEY_STRING];
    let state = this.state;
    let pos = from;
    while (pos < end) {
      const next = transitions[(state << 8) | bytes[pos]!]!;
      if (next < firstAction) {
        state = next;
        pos++;
        if (next <= lastStringState) while (pos < end && plain[bytes[pos]!] === 1) pos++;
        continue;
      }
      state = this.act(next, origin + pos);
      if (next !== Action.NUMBER_END) pos++;
      if (state === DONE) break;
    }
    this.state = state;
    return pos;
  }

  /**
   * The position behind the one value that the bytes from `from` to `end` hold, white space around it aside; `origin` as in
   * {@link scan}. @throws JsonSyntaxError, NestingTooDeepError
   */
  scanWhole(bytes: Buffer, from: number, end: number, origin: number): number {
    this.begin(0);
    const next = this.scan(bytes, from, end, origin);
    if (!this.done) this.endOfInput();
    if (!this.done) throw new JsonSyntaxError(origin + end, 'Unexpected end of JSON');
    const rest = skipWhiteSpace(bytes, next, end);
    if (rest < end) throw new JsonSyntaxError(origin + rest, 'Unexpected character');
    return next;
  }

  /** Tells the scanner that no byte follows, which completes a number; look at `done` then. */
  endOfInput(): void {
    const atSpace = TRANSITIONS[(this.state << 8) | Byte.SPACE];
    if (atSpace === Action.NUMBER_END && this.depth === 0) this.state = DONE;
  }

  private act(action: number, offset: number): number {
    switch (action) {
      case Action.OPEN_OBJECT:
        this.open(State.AFTER_MEMBER, offset);
        return State.FIRST_KEY;
      case Action.OPEN_ARRAY:
        this.open(State.AFTER_ELEMENT, offset);
        return State.FIRST_ELEMENT;
      case Action.CLOSE:
        this.depth--;
        return this.afterValue();
      case Action.VALUE_END:
      case Action.NUMBER_END:
        return this.afterValue();
      default:
        throw new JsonSyntaxError(offset, 'Unexpected character');
    }
  }

  private open(stateAfterValue: number, offset: number): void {
    if (this.levelsAbove + this.depth >= this.maxDepth) throw new NestingTooDeepError(offset, this.maxDepth);
    this.stack[this.depth++] = stateAfterValue;
  }

  private afterValue(): number {
    return this.depth === 0 ? DONE : this.stack[this.depth - 1]!;
  }
}
