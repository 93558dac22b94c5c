import type { Dialect } from './dialect';
import { newId } from '../kit/ids';
import { shuffled } from '../kit/shuffle';
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
  { seed, dialect }: { readonly seed: number; readonly dialect: Dialect },
): ResultFiles {
  const output: string[] = [];
  const error = unrun.map((item) => leftoverRow(item, leftover, dialect));
  for (const item of ran) {
    const rows = succeeds(item.outcome) ? output : error;
    const row = ranRow(item, endpoint, dialect);
    for (let copy = 0; copy < item.outcome.copies; copy++) rows.push(row);
  }
  const none = dialect.emptyErrorFile ? Buffer.alloc(0) : null;
  return { output: toFile(output, seed), error: toFile(error, seed) ?? none };
}

function ranRow({ customId, body, outcome }: PlannedItem, endpoint: string, dialect: Dialect): string {
  const response = {
    status: outcome.status,
    requestId: newId('', 32),
    body: responseBodyText(endpoint, body, outcome),
  };
  return dialect.row({ id: newId('batch_req_', 32), customId, response, error: null });
}

function leftoverRow({ customId }: PlannedItem, code: Leftover, dialect: Dialect): string {
  const error = { code, message: LEFTOVER_MESSAGES[code] };
  return dialect.row({ id: newId('batch_req_', 32), customId, response: null, error });
}

function toFile(rows: readonly string[], seed: number): Buffer | null {
  if (rows.length === 0) return null;
  return Buffer.from(`${shuffled(rows, seed).join('\n')}\n`);
}
