import { singleLine } from '../../../common/jsonl/replace-value';
import type { ItemOutcome } from '../../contract/adapter';
import { rawAt } from '../../translation/raw-json';
import { safeText } from '../../upstream/scrub';
import { unreadable } from '../../upstream/read-outcomes';
import { completionWire, refusalWire, rowWire, type ErrorWire, type RowWire } from './xai.wire';
import { withReasoning } from './usage';

/** The HTTP status of each gRPC code, as google.rpc.Code maps them; the vendor's type of a row's error is google.rpc.Status. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [2, 500],
  [3, 400],
  [4, 504],
  [5, 404],
  [6, 409],
  [7, 403],
  [8, 429],
  [9, 400],
  [10, 409],
  [11, 400],
  [12, 501],
  [13, 500],
  [14, 503],
  [15, 500],
  [16, 401],
]);
const CANCELLED = 1;
const UNKNOWN_CODE = 500;
/** A text alone: in all that were captured the request itself was at fault. */
const NO_CODE = 400;
/** A name that some texts end with, such as `[WKE=invalid_image]`. */
const NAMED = /\[WKE=([a-z0-9_:.-]{1,64})\]/i;
/** What the vendor says of a request that did not run, as a text or as a code. */
const CANCEL_WORDS = /^(?:batch[ _])?cancell?ed\.?$/i;
const NO_REASON = 'The provider gave no reason';

export const BATCH_CANCELLED = {
  code: 'batch_cancelled',
  message: 'The batch was cancelled before this request ran.',
} as const;

/** A row of the results; null when it holds neither an answer nor a reason, as if it were not there yet. */
export function toOutcome(line: Buffer): ItemOutcome | null {
  const row = parseRow(line);
  if (!row) return unreadable(line);
  const itemId = row.batch_request_id;
  const completion: unknown = row.batch_result?.response?.chat_get_completion;
  if (completionWire.safeParse(completion).success) return answered(itemId, line, completion);
  const error = errorOf(row, completion);
  if (!error) return completion ? unreadable(line) : null;
  if (isCancel(error)) return { itemId, response: null, error: BATCH_CANCELLED };
  return { itemId, response: failed(error), error: null };
}

function parseRow(line: Buffer): RowWire | null {
  try {
    return rowWire.safeParse(JSON.parse(line.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function answered(itemId: string, line: Buffer, completion: unknown): ItemOutcome {
  const raw = rawAt(line, 'batch_result', 'response', 'chat_get_completion') ?? Buffer.alloc(0);
  const { id } = Object(completion) as { id?: unknown };
  const requestId = typeof id === 'string' ? safeText(id) : null;
  return { itemId, response: { statusCode: 200, requestId, body: singleLine(withReasoning(raw)) }, error: null };
}

/** The reason in a row: of its own, in place of the completion, or beside the result. Code 0 is no error. */
function errorOf({ batch_result: result, error_message: beside }: RowWire, completion: unknown): ErrorWire | null {
  const { error } = result ?? {};
  if (error && (error.message || Number(error.code ?? 0) !== 0)) return { ...error, message: error.message || beside };
  const refusal = refusalWire.safeParse(completion).data;
  if (refusal) return { code: refusal.code, message: refusal.error };
  return beside ? { code: null, message: beside } : null;
}

function isCancel({ code, message }: ErrorWire): boolean {
  if (code === null || code === undefined || code === '') return CANCEL_WORDS.test(message ?? '');
  return Number(code) === CANCELLED || CANCEL_WORDS.test(String(code));
}

function failed({ code: given, message: text }: ErrorWire): ItemOutcome['response'] {
  const message = safeText(text || NO_REASON);
  const hasCode = given !== null && given !== undefined && given !== '';
  const code = hasCode ? safeText(String(given)) : (NAMED.exec(message)?.[1] ?? 'provider_error');
  const error = { message, type: 'provider_error', param: null, code };
  return {
    statusCode: hasCode ? statusOf(given) : NO_CODE,
    requestId: null,
    body: Buffer.from(JSON.stringify({ error })),
  };
}

function statusOf(code: string | number): number {
  const number = Number(code);
  return number >= 400 && number <= 599 && Number.isInteger(number) ? number : (STATUSES.get(number) ?? UNKNOWN_CODE);
}
