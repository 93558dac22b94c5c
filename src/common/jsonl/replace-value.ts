import { Byte } from './json-bytes';
import { objectFields } from './object-fields';

/** Bytes `start` to `end` (exclusive) are to become `with`; a string is written as UTF-8. */
interface Edit {
  start: number;
  end: number;
  with: Buffer | string;
}

/** A copy of `bytes` with the edits made. Edits may come in any order. @throws RangeError when edits overlap */
export function replaceValues(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start < copied || edit.end < edit.start || edit.end > bytes.length) {
      throw new RangeError(`Edit of bytes ${edit.start} to ${edit.end} overlaps another or is out of range`);
    }
    pieces.push(bytes.subarray(copied, edit.start), typeof edit.with === 'string' ? Buffer.from(edit.with) : edit.with);
    copied = edit.end;
  }
  return Buffer.concat([...pieces, bytes.subarray(copied)]);
}

/**
 * A copy of a JSON object in which the top-level value of `key` is the JSON text `json`; all other bytes stay as they are.
 * Every occurrence of a duplicate key is replaced, as readers differ in which one they take. The bytes must be known to be
 * valid JSON.
 * @throws Error when the value is not an object or has no such key
 */
export function replaceField(bytes: Buffer, key: string, json: string): Buffer {
  const fields = (objectFields(bytes) ?? []).filter((field) => field.key === key);
  if (fields.length === 0) throw new Error(`No top-level key ${JSON.stringify(key)}`);
  return replaceValues(
    bytes,
    fields.map((field) => ({ start: field.valueStart, end: field.valueEnd, with: json })),
  );
}

/**
 * The same JSON on one line: raw newlines, which can only be white space in valid JSON, become spaces, so no offset
 * changes. Returns `bytes` itself when there is none.
 */
export function singleLine(bytes: Buffer): Buffer {
  if (!bytes.includes(Byte.LINE_FEED) && !bytes.includes(Byte.CARRIAGE_RETURN)) return bytes;
  const copy = Buffer.from(bytes);
  for (let pos = 0; pos < copy.length; pos++) {
    if (copy[pos] === Byte.LINE_FEED || copy[pos] === Byte.CARRIAGE_RETURN) copy[pos] = Byte.SPACE;
  }
  return copy;
}
