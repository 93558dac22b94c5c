import type { ItemOutcome } from '../contract/adapter';
import { safeText } from '../upstream/scrub';

/** The errors of items that never ran. */
export const NEVER_RAN = {
  cancelled: { code: 'batch_cancelled', message: 'The batch was cancelled before this request ran.' },
  expired: { code: 'batch_expired', message: 'The batch expired before this request ran.' },
} as const;

const NO_REASON = 'The provider gave no reason';

/** The response of an item. */
export function respond(statusCode: number, requestId: string | null, body: object): ItemOutcome['response'] {
  return respondJson(statusCode, requestId, JSON.stringify(body));
}

/** As {@link respond}, with a body that is JSON on one line. */
export function respondJson(statusCode: number, requestId: string | null, json: string): ItemOutcome['response'] {
  return { statusCode, requestId, body: Buffer.from(json) };
}

/** The response of an item that the vendor refused or could not answer, with the vendor's own word for it. */
export function respondFailure(
  statusCode: number,
  requestId: string | null,
  reason: { readonly type: string; readonly message?: string | null | undefined },
): ItemOutcome['response'] {
  const type = safeText(reason.type);
  const message = safeText(reason.message || NO_REASON);
  return respond(statusCode, requestId, { error: { message, type, param: null, code: type } });
}
