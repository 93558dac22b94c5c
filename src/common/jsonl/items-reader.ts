import type { LayoutScanner } from './layout-scanner';

/** Takes what a reader finds, in the document's order. No bytes have white space around them. */
export interface ItemsSink {
  /**
   * One item, byte for byte, at `start` to `end` (exclusive) of `bytes`.
   * @param layout where its members are, as long as the call lasts; null when it is no object, or an uncommon one
   */
  item(bytes: Buffer, start: number, end: number, index: number, layout: LayoutScanner | null): void;
  /** The complete value of a captured key, or of the streamed key when that value is not an array. */
  field(key: string, bytes: Buffer): void;
  /** The items have come to their end after `count` of them. Without this call there was no array of them. */
  itemsEnd(count: number): void;
  /**
   * The root is some other value than an object. The bytes are that value once it is complete; or they are empty when it
   * grew larger than a field may be, which is told before the rest of it is checked.
   */
  notObject(bytes: Buffer): void;
}

/** Reads items out of a document that comes in chunks, and holds no more than one of them. Not to be used again after it threw. */
export interface ItemsReader {
  /**
   * Reads the next chunk, which must not change any more. What the sink throws passes through.
   * @throws JsonSyntaxError, DuplicateKeyError, ValueTooLargeError, NestingTooDeepError
   */
  push(chunk: Buffer): void;
  /** Ends the document. @throws JsonSyntaxError when it is incomplete */
  end(): void;
}
