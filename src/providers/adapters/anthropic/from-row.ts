import type { ItemOutcome } from '../../contract/adapter';
import { safeText } from '../../upstream/scrub';
import { rowWire, type ErrorAnswerWire, type MessageWire } from './anthropic.wire';
import { toCompletion } from './from-message';
import { JsonText, rawAt, rawElements } from '../../translation/raw-json';

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

const NEVER_RAN = {
  canceled: { code: 'batch_cancelled', message: 'The batch was cancelled before this request ran.' },
  expired: { code: 'batch_expired', message: 'The batch expired before this request ran.' },
} as const;

/** A row of the results; null when it cannot be read. `created` is the time that its answer gets, in seconds. */
export function toOutcome(line: Buffer, created: number): ItemOutcome | null {
  try {
    const row = rowWire.safeParse(JSON.parse(line.toString('utf8')));
    if (!row.success) return null;
    const { custom_id: itemId, result } = row.data;
    if (result.type === 'errored') return { itemId, response: toFailure(result.error), error: null };
    if (result.type !== 'succeeded') return { itemId, response: null, error: NEVER_RAN[result.type] };
    const completion = toCompletion(result.message, created, toolInputs(line, result.message));
    return { itemId, response: respond(200, null, completion), error: null };
  } catch {
    return null;
  }
}

function toFailure({ error, request_id: requestId }: ErrorAnswerWire): ItemOutcome['response'] {
  const type = safeText(error.type);
  const message = safeText(error.message ?? 'The provider gave no reason');
  const status = STATUSES.get(type.replace(/_error$/, '')) ?? UNKNOWN_ERROR;
  return respond(status, requestId ?? null, { error: { message, type, param: null, code: type } });
}

function respond(statusCode: number, requestId: string | null, body: object): ItemOutcome['response'] {
  return { statusCode, requestId, body: Buffer.from(JSON.stringify(body)) };
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
