import type { Endpoint, ItemOutcome, StoredItem, TargetModel, UnsupportedField } from '../../contract/adapter';
import { NEVER_RAN } from '../../translation/answer';
import { isFields, isGiven } from '../../translation/checks';
import { rawAt } from '../../translation/raw-json';
import { openAiBody } from '../../upstream/openai-body';
import { rowWire } from './anthropic.wire';
import { statusOf } from './from-row';

/** The vendor's own endpoint, whose params and answers go as they are. */
export const MESSAGES: Endpoint = '/v1/messages';

/**
 * Refused in every batch; the vendor would tell so when the request runs.
 * Source: "Create a Message Batch" in the vendor's documentation, and its answers.
 */
const NOT_IN_A_BATCH = ['speed', 'store', 'cache_hint', 'context_hint'];

/** What the vendor is known to refuse; all else is for it to judge. */
export function checkVerbatim({ body }: StoredItem): readonly UnsupportedField[] {
  const params = JSON.parse(body.toString('utf8')) as unknown;
  if (!isFields(params)) return [{ path: [], message: 'Must be an object' }];
  const { max_tokens: limit } = params;
  const hasLimit = Number.isSafeInteger(limit) && Number(limit) >= 1;
  return [
    ...(hasLimit ? [] : [{ path: ['max_tokens'], message: 'Must be a whole number from 1' }]),
    ...NOT_IN_A_BATCH.filter((key) => isGiven(params[key])).map((key) => ({
      path: [key],
      message: 'Anthropic takes it in no batch',
    })),
  ];
}

/** The element of a batch's `requests`: the caller's params with the vendor's model id and without `stream`. */
export function toVerbatimLine({ body }: StoredItem, itemId: string, { upstream }: TargetModel): Buffer {
  const head = Buffer.from(`{"custom_id":"${itemId}","params":`);
  return Buffer.concat([head, openAiBody(body, upstream), Buffer.from('}')]);
}

/** A row of the results, whose message or error keeps its bytes; null when it cannot be read. */
export function toVerbatimOutcome(line: Buffer): ItemOutcome | null {
  try {
    const row = rowWire.safeParse(JSON.parse(line.toString('utf8')));
    if (!row.success) return null;
    const { custom_id: itemId, result } = row.data;
    if (result.type === 'canceled') return { itemId, response: null, error: NEVER_RAN.cancelled };
    if (result.type === 'expired') return { itemId, response: null, error: NEVER_RAN.expired };
    const failed = result.type === 'errored';
    const body = rawAt(line, 'result', failed ? 'error' : 'message');
    const requestId = failed ? (result.error.request_id ?? null) : null;
    const statusCode = failed ? statusOf(result.error.error.type) : 200;
    return body && { itemId, response: { statusCode, requestId, body }, error: null };
  } catch {
    return null;
  }
}
