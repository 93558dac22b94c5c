/** Where the lines of a batch's items go, piece by piece. */
export interface ItemLines {
  /** How many lines were ended. */
  readonly lines: number;
  /** Goes on with the line: `bytes` from `start` to `end` (exclusive). */
  add(bytes: Buffer, start?: number, end?: number): void;
  /** Ends the line; its line feed is among what was added. */
  endLine(): void;
}
