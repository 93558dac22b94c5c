import type { ItemOutcome } from '../../contract/adapter';
import { toOutcome as toOpenAiOutcome } from '../../upstream/openai-row';
import { safeText } from '../../upstream/scrub';
import { readReason } from './reason';

const FIRST_FAILURE = 400;

/**
 * A row of the output or the error file; null when it cannot be read. Answers keep their bytes. A failure is in the error file
 * with a `response` whose body is, as a string, `{"object":"error","message","type","param","code","raw_status_code"}`, and with
 * an `error` of null: it gets the envelope that errors have everywhere else.
 */
export function toOutcome(line: Buffer): ItemOutcome | null {
  const outcome = toOpenAiOutcome(line);
  if (!outcome?.response || outcome.response.statusCode < FIRST_FAILURE) return outcome;
  return { ...outcome, response: { ...outcome.response, body: toErrorBody(outcome.response.body) } };
}

/** `body` is valid JSON. What does not say why is kept as it is. */
function toErrorBody(body: Buffer): Buffer {
  const json = JSON.parse(body.toString('utf8')) as unknown;
  const reason = typeof json === 'string' ? { message: json, type: null, code: null } : readReason(json);
  if (reason.message === null) return body;
  const type = safeText(reason.type ?? 'provider_error');
  const code = safeText(reason.code ?? type);
  return Buffer.from(JSON.stringify({ error: { message: safeText(reason.message), type, param: null, code } }));
}
