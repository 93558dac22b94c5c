import { objectFields, type ObjectField } from '../../../common/jsonl/object-fields';
import { replaceValues } from '../../../common/jsonl/replace-value';
import type { ItemOutcome, RemoteBatch, RemoteState, StoredItem } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import { resultLineWire, type BatchWire, type ResultLineWire } from './openai.wire';

/** Codes of a whole-batch failure that is about queued tokens: it goes away, and nothing ran. */
const CAPACITY_CODES = new Set(['token_limit_exceeded', 'too_many_tasks']);

const STATES: ReadonlyMap<string, RemoteState> = new Map([
  ['validating', 'validating'],
  ['in_progress', 'in_progress'],
  ['finalizing', 'finalizing'],
  ['cancelling', 'cancelling'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['expired', 'expired'],
  ['cancelled', 'cancelled'],
] as const);

/** A word that we do not know must never look finished. */
export function toRemoteState(status: string): RemoteState {
  return STATES.get(status.toLowerCase()) ?? 'in_progress';
}

export function toRemoteBatch(wire: BatchWire): RemoteBatch {
  const state = toRemoteState(wire.status);
  const errors = (wire.errors?.data ?? []).map((error) => ({
    code: safeText(error.code ?? 'batch_failed'),
    message: safeText(error.message ?? 'The provider gave no reason'),
    line: error.line ?? null,
  }));
  const counts = wire.request_counts;
  return {
    id: wire.id,
    state,
    counts: counts
      ? { total: whole(counts.total), succeeded: whole(counts.completed), failed: whole(counts.failed) }
      : null,
    errors,
    retryable: state === 'failed' && errors.some((error) => CAPACITY_CODES.has(error.code)),
  };
}

function whole(count: number): number {
  return Math.max(0, Math.trunc(count));
}

/** The line for an item: our id, and the caller's body with the vendor's model id and without `stream`. */
export function toLine(item: StoredItem, itemId: string, model: string): Buffer {
  const prefix = `{"custom_id":"${itemId}","method":"POST","url":"${item.endpoint}","body":`;
  return Buffer.concat([Buffer.from(prefix), bodyFor(item.body, model), Buffer.from('}')]);
}

function bodyFor(body: Buffer, model: string): Buffer {
  const fields = objectFields(body) ?? [];
  const edits = fields.flatMap((field, index) => {
    if (field.key === 'model') return [{ start: field.valueStart, end: field.valueEnd, with: JSON.stringify(model) }];
    if (field.key === 'stream') return [{ ...spanWithComma(fields, index), with: '' }];
    return [];
  });
  return replaceValues(body, edits);
}

/** A member and the comma on one side of it; `stream` is never the only member, since `model` is required. */
function spanWithComma(fields: readonly ObjectField[], index: number): { start: number; end: number } {
  const next = fields[index + 1];
  const [own, previous] = [fields[index], fields[index - 1]];
  if (!own) throw new RangeError('No such field');
  if (next) return { start: own.keyStart, end: next.keyStart };
  return { start: previous?.valueEnd ?? own.keyStart, end: own.valueEnd };
}

/** The id of a row, where nothing else of it can be read. */
const ITEM_ID = /"custom_id"\s*:\s*"([a-z0-9-]{1,64})"/;

/**
 * A row of the output or the error file; null when it cannot be read. A line that got an HTTP 4xx is in the error file with a
 * `response` and a top-level `error: null`; a line that never ran has `response: null` and an error of its own.
 */
export function toOutcome(line: Buffer): ItemOutcome | null {
  const parsed = parseRow(line);
  if (!parsed) return null;
  const { wire, body } = parsed;
  return {
    itemId: wire.custom_id,
    response: wire.response
      ? { statusCode: wire.response.status_code, requestId: wire.response.request_id ?? null, body }
      : null,
    error: wire.error
      ? { code: wire.error.code ?? 'provider_error', message: wire.error.message ?? 'The provider gave no reason' }
      : null,
  };
}

/** The outcome of a row that cannot be read: a failure of its item, if it says which that is. */
export function unreadable(line: Buffer): ItemOutcome {
  const itemId = ITEM_ID.exec(line.toString('latin1'))?.[1] ?? '';
  return {
    itemId,
    response: null,
    error: { code: 'provider_bad_row', message: 'The provider’s row could not be read.' },
  };
}

/** Everything but the body is parsed; the body, which may be long, keeps its bytes. */
function parseRow(line: Buffer): { wire: ResultLineWire; body: Buffer } | null {
  try {
    const row = JSON.parse(line.toString('utf8')) as unknown;
    const wire = resultLineWire.safeParse(row);
    if (!wire.success) return null;
    const response = objectFields(line)?.findLast(({ key }) => key === 'response');
    const body = response && objectFields(line, response.valueStart)?.findLast(({ key }) => key === 'body');
    return { wire: wire.data, body: body ? line.subarray(body.valueStart, body.valueEnd) : Buffer.from('null') };
  } catch {
    return null;
  }
}
