import { objectFields } from '../../../common/jsonl/object-fields';
import type { RemoteBatch, RemoteError, RemoteState, StoredItem, UnsupportedField } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import type { OpenAiProfile } from './profile';
import { reasonWire, type BatchWire } from './openai-shaped.wire';

/** Codes of a whole-batch failure that is about queued tokens: it goes away. */
const CAPACITY_CODES = new Set(['token_limit_exceeded']);
/** Codes about what we write on every line ourselves, or about the batch: no line is at fault by itself. */
const EVERY_LINE_CODES = new Set([
  'model_not_found',
  'mismatched_model',
  'model_mismatch',
  'invalid_url',
  'url_mismatch',
  'duplicate_custom_id',
  'streaming_unsupported',
  'empty_file',
  // Of requests in the file.
  'too_many_tasks',
  ...CAPACITY_CODES,
]);
const NO_REASON = 'The provider gave no reason';

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
export function toRemoteState(status: string, words: OpenAiProfile['statusWords'] = {}): RemoteState {
  const word = status.toLowerCase();
  return STATES.get(word) ?? (Object.hasOwn(words, word) ? words[word] : undefined) ?? 'in_progress';
}

/** Of a profile, what a batch is read by. */
type Reading = Pick<OpenAiProfile, 'statusWords' | 'lineBase' | 'traces' | 'unverified'>;

export function toRemoteBatch(wire: BatchWire, reading: Reading): RemoteBatch {
  const state = toRemoteState(wire.status, reading.statusWords);
  const errors = reasonsOf(wire, reading.lineBase);
  const counts = wire.request_counts;
  const countedNothing =
    counts === null ? reading.traces.nullUntilValidated : counts?.completed === 0 && counts.failed === 0;
  const shownNothing = state === 'failed' && !hasResults(wire, reading);
  return {
    id: wire.id,
    state,
    counts: counts
      ? { total: whole(counts.total), succeeded: whole(counts.completed), failed: whole(counts.failed) }
      : null,
    errors,
    ranNothing: shownNothing && (countedNothing || !reading.traces.counts) && !reading.unverified,
    // A verified vendor that refuses a batch for its queue gives counts of nothing or none at all.
    retryable:
      shownNothing &&
      (countedNothing || (!counts && reading.traces.counts && !reading.unverified)) &&
      errors.some((error) => CAPACITY_CODES.has(error.code)),
  };
}

/** Whether a batch names a file of results: then some of it ran. */
function hasResults({ output_file_id: output, error_file_id: error }: BatchWire, { traces }: Reading): boolean {
  return Boolean(output) || (Boolean(error) && !traces.errorFileAlways);
}

/** `errors` is `{data: […]}`, a bare list or a text, by vendor; some have an `error` in its place. */
function reasonsOf({ errors, error }: BatchWire, lineBase: OpenAiProfile['lineBase']): RemoteError[] {
  const given = errors ?? error;
  if (typeof given === 'string') return given === '' ? [] : [toReason({ message: given }, lineBase)];
  if (typeof given !== 'object' || given === null) return [];
  const list = Array.isArray(given) ? given : (given as { data?: unknown }).data;
  const reasons: unknown[] = Array.isArray(list) ? list : 'message' in given ? [given] : [];
  return reasons.map((reason) => toReason(typeof reason === 'string' ? { message: reason } : reason, lineBase));
}

function toReason(reason: unknown, lineBase: OpenAiProfile['lineBase']): RemoteError {
  const { code, message, line } = reasonWire.safeParse(reason).data ?? {};
  const known = safeText(String(code ?? 'batch_failed'));
  return {
    code: known,
    message: safeText(message ?? NO_REASON),
    line: toLine(line, lineBase),
    ...(EVERY_LINE_CODES.has(known) && { everyLine: true }),
  };
}

/** The vendor's line as ours, which counts from 1; null when there is none or none that can be relied on. */
function toLine(line: number | null | undefined, base: OpenAiProfile['lineBase']): number | null {
  if (base === null || line == null || !Number.isSafeInteger(line) || line < base) return null;
  return line - base + 1;
}

function whole(count: number): number {
  return Math.max(0, Math.trunc(count));
}

/** A time of the vendor in seconds since the epoch, given as a number or as ISO text; null when it is neither. */
export function toSeconds(time: unknown): number | null {
  if (typeof time === 'number') return time;
  const seconds = typeof time === 'string' ? Number(time.trim() || NaN) : NaN;
  if (!Number.isNaN(seconds)) return seconds;
  const parsed = typeof time === 'string' ? Date.parse(time) / 1000 : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/** The fields of an item that the vendor does not take, once each. */
export function refusedIn({ body }: StoredItem, refused: readonly string[]): UnsupportedField[] {
  if (refused.length === 0) return [];
  const keys = new Set((objectFields(body) ?? []).map(({ key }) => key));
  return refused
    .filter((field) => keys.has(field))
    .map((field) => ({ path: [field], message: `The provider does not take ${field} in a batch.` }));
}
