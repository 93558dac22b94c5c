import { EnvelopeReader, type EnvelopeOptions } from './envelope-reader';
import type { ItemsSink } from './items-reader';

/** What was found in the document, in the document's order. No bytes have white space around them. */
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

/** {@link EnvelopeReader} as events, for a reader that waits between them. */
export class EnvelopeSplitter {
  private events: SplitEvent[] = [];
  private readonly reader: EnvelopeReader;

  constructor(options: EnvelopeOptions) {
    const sink: ItemsSink = {
      item: (bytes, start, end, index) =>
        void this.events.push({ type: 'item', index, bytes: bytes.subarray(start, end) }),
      field: (key, bytes) => void this.events.push({ type: 'field', key, bytes }),
      itemsEnd: (count) => void this.events.push({ type: 'array_end', count }),
      notObject: (bytes) => void this.events.push({ type: 'not_object', bytes }),
    };
    this.reader = new EnvelopeReader(options, sink);
  }

  /**
   * Reads the next chunk. Events hold parts of chunks, so the chunks must not change. As a generator it does nothing until
   * it is iterated, and it must be iterated to its end before the next push. Not to be used again after it threw.
   * @throws JsonSyntaxError, DuplicateKeyError, ValueTooLargeError, NestingTooDeepError
   */
  *push(chunk: Buffer): Generator<SplitEvent> {
    yield* this.found(() => this.reader.push(chunk));
  }

  /** Ends the document. @throws JsonSyntaxError when it is incomplete */
  *end(): Generator<SplitEvent> {
    yield* this.found(() => this.reader.end());
  }

  /** What was found before a fault is told before the fault. */
  private *found(read: () => void): Generator<SplitEvent> {
    try {
      read();
    } finally {
      const events = this.events;
      this.events = [];
      yield* events;
    }
  }
}
