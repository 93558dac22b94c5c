/** The bytes are not JSON. `offset` is the byte offset, in the whole stream, of the first byte that cannot be right. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';

  constructor(
    readonly offset: number,
    problem: 'Unexpected character' | 'Unexpected end of JSON',
  ) {
    super(`${problem} at byte ${offset}`);
  }
}

/** A top-level key that the reader acts on occurs twice. `offset` is the byte offset of the second key's quote. */
export class DuplicateKeyError extends Error {
  override readonly name = 'DuplicateKeyError';

  constructor(
    readonly key: string,
    readonly offset: number,
  ) {
    super(`Duplicate key ${JSON.stringify(key)} at byte ${offset}`);
  }
}

/**
 * A value has more than `limit` bytes. For an item `index` is its position in the array and `key` is null; for a field
 * `key` is its key and `index` is null.
 */
export class ValueTooLargeError extends Error {
  override readonly name = 'ValueTooLargeError';

  constructor(
    readonly what: 'item' | 'field',
    readonly key: string | null,
    readonly index: number | null,
    readonly limit: number,
  ) {
    super(`${what === 'item' ? `Item ${index}` : `Field ${JSON.stringify(key)}`} is larger than ${limit} bytes`);
  }
}

/** More than `limit` arrays and objects are open at once. `offset` is the byte offset of the bracket that is too deep. */
export class NestingTooDeepError extends Error {
  override readonly name = 'NestingTooDeepError';

  constructor(
    readonly offset: number,
    readonly limit: number,
  ) {
    super(`Nesting deeper than ${limit} levels at byte ${offset}`);
  }
}
