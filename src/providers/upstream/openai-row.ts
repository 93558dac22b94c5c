import { Byte, decodeString } from '../../common/jsonl/json-bytes';
import { objectFields } from '../../common/jsonl/object-fields';
import { singleLine } from '../../common/jsonl/replace-value';
import type { ItemOutcome } from '../contract/adapter';
import { safeText } from './scrub';
import { z } from 'zod';

/** Of a result line, all but `response.body`, whose bytes are kept as they came. */
const resultLineWire = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), request_id: z.string().nullish() }).nullish(),
  error: z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }).nullish(),
});
type ResultLineWire = z.infer<typeof resultLineWire>;

const HTTP_FAILURE = /^[45]\d\d$/;
/**
 * By the code that a vendor has for a request that ran and was found at fault, the status that it stands for. Every other word
 * (`batch_expired`, `batch_cancelled` and what we do not know) is of an item that never ran. `batch_client_error` is Together's.
 */
const FAULT_STATUS: ReadonlyMap<string, number> = new Map([['batch_client_error', 400]]);
const NO_REASON = 'The provider gave no reason';

/**
 * A row of the output or the error file; null when it cannot be read, or tells neither a response nor an error. A line that got
 * an HTTP 4xx is in the error file with a `response` and no error of its own, or, at some vendors, with the status or a word
 * for it as its error's code; a line that never ran has no response and an error of its own.
 */
export function toOutcome(line: Buffer): ItemOutcome | null {
  const parsed = parseRow(line);
  if (!parsed) return null;
  const { wire, body } = parsed;
  const itemId = wire.custom_id;
  if (wire.response) {
    const { status_code: statusCode, request_id: requestId = null } = wire.response;
    return { itemId, response: { statusCode, requestId, body }, error: wire.error ? toError(wire.error) : null };
  }
  if (!wire.error) return null;
  const error = toError(wire.error);
  const statusCode = HTTP_FAILURE.test(error.code) ? Number(error.code) : FAULT_STATUS.get(error.code);
  return statusCode === undefined ? { itemId, response: null, error } : failedCall(itemId, statusCode, error);
}

function toError({ code, message }: NonNullable<ResultLineWire['error']>): { code: string; message: string } {
  return { code: safeText(String(code ?? 'provider_error')), message: safeText(message ?? NO_REASON) };
}

/** The model's answer to a line, where the vendor tells only its status and its reason. */
function failedCall(
  itemId: string,
  statusCode: number,
  { code, message }: { code: string; message: string },
): ItemOutcome {
  const body = { error: { message, type: 'provider_error', param: null, code } };
  return { itemId, response: { statusCode, requestId: null, body: Buffer.from(JSON.stringify(body)) }, error: null };
}

/** Everything but the body is parsed; the body, which may be long, keeps its bytes. */
function parseRow(line: Buffer): { wire: ResultLineWire; body: Buffer } | null {
  try {
    const row = JSON.parse(line.toString('utf8')) as unknown;
    const wire = resultLineWire.safeParse(row);
    if (!wire.success) return null;
    const response = objectFields(line)?.findLast(({ key }) => key === 'response');
    const body = response && objectFields(line, response.valueStart)?.findLast(({ key }) => key === 'body');
    return { wire: wire.data, body: body ? unwrapped(line.subarray(body.valueStart, body.valueEnd)) : NO_BODY };
  } catch {
    return null;
  }
}

const NO_BODY = Buffer.from('null');

/** Some vendors send a body as a string that holds the JSON; any other string stays what it is. */
function unwrapped(body: Buffer): Buffer {
  if (body[0] !== Byte.QUOTE) return body;
  const text = decodeString(body);
  return holdsObject(text) ? singleLine(Buffer.from(text)) : body;
}

function holdsObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
