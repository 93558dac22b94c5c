import { isUtf8 } from 'node:buffer';
import { UsageError } from '../exit-code';
import type { Row } from './prompt-template';

/** Most bytes that the service takes of one request; a longer one is not worth reading on. */
export const MAX_ITEM_BYTES = 64 * 1024 * 1024;

/** A request or a row, as a reader found it. */
export interface InputItem {
  readonly value: Row;
  /** Its own bytes, where they are JSON: they are sent as they are, so that numbers and the order of keys survive. */
  readonly json: Buffer | null;
  /** Where it is, from 1: its line, or null in a document. */
  readonly line: number | null;
}

/** How an item is called in a message. */
export function placeOf(line: number | null, index: number): string {
  return line === null ? `request ${index + 1}` : `line ${line}`;
}

/** @throws UsageError for what is no JSON object */
export function parseItem(json: Buffer, place: string): Row {
  if (!isUtf8(json)) throw new UsageError(`What is in ${place} is not UTF-8.`);
  try {
    const value = JSON.parse(json.toString('utf8')) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
  } catch (error) {
    throw new UsageError(`What is in ${place} is not JSON: ${(error as Error).message}`);
  }
  throw new UsageError(`What is in ${place} is not a JSON object.`);
}
