import type { ItemOutcome } from '../contract/adapter';
import { toMessageError } from './message-error';
import { toMessage, UntranslatableAnswerError } from './to-message';

const FIRST_FAILURE = 300;

/**
 * The outcome of an item of `/v1/messages` that ran as a chat completion. An answer that has no equal as a message is a failure that
 * keeps the answer as it came: it is paid for.
 */
export function toMessageOutcome(outcome: ItemOutcome): ItemOutcome {
  const { itemId, response, error } = outcome;
  if (!response || error) return outcome;
  const { statusCode, requestId, body } = response;
  if (statusCode >= FIRST_FAILURE) {
    const told = JSON.stringify(toMessageError(statusCode, requestId, body));
    return { ...outcome, response: { statusCode, requestId, body: Buffer.from(told) } };
  }
  try {
    return { ...outcome, response: { statusCode, requestId, body: toMessage(body, itemId) } };
  } catch (thrown) {
    if (!(thrown instanceof UntranslatableAnswerError)) throw thrown;
    return { ...outcome, error: { code: 'answer_not_translated', message: thrown.message } };
  }
}
