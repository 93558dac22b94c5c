import { newId } from './ids';
import { succeeds, type Outcome } from './outcomes';
import { responseBodyText } from './response-body';
import type { InputItem } from './validate-input';

/** A line together with what becomes of it. */
export interface PlannedItem extends InputItem {
  readonly outcome: Outcome;
}

/** The two result files of a batch that has ended; an empty one is not made. */
export interface ResultFiles {
  readonly output: Buffer | null;
  readonly error: Buffer | null;
}

/** Why lines that never ran have no response. */
export type Leftover = 'batch_expired' | 'batch_cancelled';

const LEFTOVER_MESSAGES: Readonly<Record<Leftover, string>> = {
  batch_expired: 'This request could not be executed before the completion window expired.',
  batch_cancelled: 'This request could not be executed because the batch was cancelled.',
};

/** Writes both files: a row for each line that ran, and a row without a response for each that did not. */
export function renderResults(
  endpoint: string,
  ran: readonly PlannedItem[],
  unrun: readonly PlannedItem[],
  leftover: Leftover,
  seed: number,
): ResultFiles {
  const output: string[] = [];
  const error = unrun.map((item) => leftoverRow(item, leftover));
  for (const item of ran) {
    const rows = succeeds(item.outcome) ? output : error;
    const row = ranRow(item, endpoint);
    for (let copy = 0; copy < item.outcome.copies; copy++) rows.push(row);
  }
  return { output: toFile(output, seed), error: toFile(error, seed) };
}

/** Built as text, not from an object, so that a body can hold numbers that JavaScript cannot. */
function ranRow({ customId, body, outcome }: PlannedItem, endpoint: string): string {
  const response =
    `{"status_code":${outcome.status},"request_id":"${newId('', 32)}",` +
    `"body":${responseBodyText(endpoint, body, outcome)}}`;
  return `{"id":"${newId('batch_req_', 32)}","custom_id":${JSON.stringify(customId)},"response":${response},"error":null}`;
}

function leftoverRow({ customId }: PlannedItem, code: Leftover): string {
  const error = { code, message: LEFTOVER_MESSAGES[code] };
  return JSON.stringify({ id: newId('batch_req_', 32), custom_id: customId, response: null, error });
}

function toFile(rows: readonly string[], seed: number): Buffer | null {
  if (rows.length === 0) return null;
  return Buffer.from(`${shuffled(rows, seed).join('\n')}\n`);
}

function shuffled(rows: readonly string[], seed: number): string[] {
  const copy = [...rows];
  const random = randomFrom(seed);
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other] ?? '', copy[last] ?? ''];
  }
  return copy;
}

/** Mulberry32: small, and the same rows in the same order for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
