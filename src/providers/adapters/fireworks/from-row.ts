import { singleLine } from '../../../common/jsonl/replace-value';
import type { ItemOutcome } from '../../contract/adapter';
import { rawAt } from '../../translation/raw-json';
import { safeText } from '../../upstream/scrub';
import { statusOf } from './codes';
import { rowWire, type RowErrorWire } from './fireworks.wire';

/** A row of either output file; null when it cannot be read. A success is the chat completion itself, with no status around it. */
export function toOutcome(line: Buffer): ItemOutcome | null {
  try {
    const row = rowWire.safeParse(JSON.parse(line.toString('utf8')));
    if (!row.success) return null;
    const { custom_id: itemId, response, error } = row.data;
    const failure = error ?? response?.error;
    if (failure !== undefined && failure !== null) return { itemId, response: toFailure(failure), error: null };
    const body = response?.choices ? rawAt(line, 'response') : null;
    return body && { itemId, response: { statusCode: 200, requestId: null, body: singleLine(body) }, error: null };
  } catch {
    return null;
  }
}

function toFailure(failure: RowErrorWire): ItemOutcome['response'] {
  const { code, message } = typeof failure === 'string' ? { code: null, message: failure } : failure;
  const named = safeText(String(code ?? 'provider_error'));
  const error = {
    message: safeText(message || 'The provider gave no reason'),
    type: 'provider_error',
    param: null,
    code: named,
  };
  return { statusCode: statusOf(named), requestId: null, body: Buffer.from(JSON.stringify({ error })) };
}
