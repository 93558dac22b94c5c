import type { ItemOutcome } from '../../contract/adapter';
import { toOutcome as toOpenAiOutcome } from '../../upstream/openai-row';
import { safeText } from '../../upstream/scrub';
import { failedRowWire } from './openrouter.wire';

/**
 * The HTTP status that each of the vendor's errors has when a request is made alone; the rest of those that it names are about
 * the request. Source: `ApiErrorType` of its OpenAPI document, and openrouter.ai/docs/api/reference/errors-and-debugging.
 */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['authentication', 401],
  ['payment_required', 402],
  ['permission_denied', 403],
  ['content_policy_violation', 403],
  ['refusal', 403],
  ['not_found', 404],
  ['timeout', 408],
  ['precondition_failed', 412],
  ['payload_too_large', 413],
  ['unprocessable', 422],
  ['rate_limit_exceeded', 429],
  ['server', 500],
  ['provider_unavailable', 502],
  ['provider_overloaded', 503],
]);
const ABOUT_THE_REQUEST =
  /^(?:invalid_|image_|unsupported_|context_length_exceeded$|max_tokens_exceeded$|token_limit_exceeded$|string_too_long$)/;
const BAD_REQUEST = 400;
const UNKNOWN_ERROR = 500;
const NO_REASON = 'The provider gave no reason';
const NO_TYPE = 'provider_error';

/** A row of the results; null when it cannot be read. It has a response as OpenAI's have, or else an error with a type. */
export function toOutcome(row: Buffer): ItemOutcome | null {
  const outcome = toOpenAiOutcome(row);
  if (!outcome || outcome.response) return outcome;
  const failed = failedRowWire.safeParse(JSON.parse(row.toString('utf8')));
  if (!failed.success) return null;
  const { custom_id: itemId, error } = failed.data;
  const type = safeText(error.type ?? error.error_type ?? NO_TYPE);
  const code = safeText(error.error_type ?? error.type ?? NO_TYPE);
  const message = safeText(error.message ?? NO_REASON);
  const body = { error: { message, type, param: error.param ?? null, code } };
  return {
    itemId,
    response: { statusCode: statusOf(code), requestId: null, body: Buffer.from(JSON.stringify(body)) },
    error: null,
  };
}

function statusOf(code: string): number {
  return STATUSES.get(code) ?? (ABOUT_THE_REQUEST.test(code) ? BAD_REQUEST : UNKNOWN_ERROR);
}
