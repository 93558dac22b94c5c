import type { ItemOutcome } from '../../contract/adapter';
import { NEVER_RAN, respond, respondFailure } from '../../translation/answer';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';
import { rowWire, type ErrorAnswerWire, type MessageWire } from './anthropic.wire';
import { toCompletion } from './from-message';

/** The HTTP status that each of the vendor's errors has when a request is made alone. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request', 400],
  ['authentication', 401],
  ['billing', 402],
  ['permission', 403],
  ['not_found', 404],
  ['request_too_large', 413],
  ['rate_limit', 429],
  ['api', 500],
  ['timeout', 504],
  ['overloaded', 529],
]);
const UNKNOWN_ERROR = 500;

/** A row of the results; null when it cannot be read. `created` is the time that its answer gets, in seconds. */
export function toOutcome(line: Buffer, created: number): ItemOutcome | null {
  try {
    const row = rowWire.safeParse(JSON.parse(line.toString('utf8')));
    if (!row.success) return null;
    const { custom_id: itemId, result } = row.data;
    if (result.type === 'errored') return { itemId, response: toFailure(result.error), error: null };
    if (result.type === 'canceled') return { itemId, response: null, error: NEVER_RAN.cancelled };
    if (result.type === 'expired') return { itemId, response: null, error: NEVER_RAN.expired };
    const completion = toCompletion(result.message, created, toolInputs(line, result.message));
    return { itemId, response: respond(200, null, completion), error: null };
  } catch {
    return null;
  }
}

function toFailure({ error, request_id: requestId }: ErrorAnswerWire): ItemOutcome['response'] {
  return respondFailure(statusOf(error.type), requestId ?? null, error);
}

/** The status of an error by the vendor's word for it. */
export function statusOf(type: string): number {
  return STATUSES.get(type.replace(/_error$/, '')) ?? UNKNOWN_ERROR;
}

/** The JSON of every tool call's input, as it stands in the row. */
function toolInputs(line: Buffer, { content }: MessageWire): ReadonlyMap<number, string> {
  if (!content.some(({ type }) => type === 'tool_use')) return new Map();
  const blocks = rawElements(rawAt(line, 'result', 'message', 'content') ?? Buffer.alloc(0));
  const inputs = content.flatMap(({ type }, index): [number, string][] => {
    const block = type === 'tool_use' ? blocks[index] : undefined;
    const input = block && rawAt(block, 'input');
    return input ? [[index, JsonText.from(input).json]] : [];
  });
  return new Map(inputs);
}
