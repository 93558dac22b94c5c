import { skipWhiteSpace } from '../common/jsonl/json-bytes';
import { readItem } from './item-reader';
import type { StoredLine } from './stored-line';

export function isBlankLine(line: Buffer): boolean {
  return skipWhiteSpace(line, 0) === line.length;
}

/** Reads a line of an uploaded file, whose scan found it valid: with any other members, order and white space. */
export function readUploadedLine(line: Buffer): StoredLine {
  const item = readItem(line, 0);
  if (!('customId' in item)) throw new Error('A line of an uploaded file is not as it was scanned');
  return item;
}
