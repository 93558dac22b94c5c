import type { CallFailure } from '../../contract/errors';
import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';

const FULL_QUEUE = /\btoken_limit_exceeded\b/;
const NO_MONEY = 'billing_hard_limit_reached';

/**
 * As OpenAI words it; a create that is refused because the queue of tokens is full can be sent again. Azure OpenAI answers such
 * a create with 400 in the regions that look at the queue at once. An account that has met its limit of spending is answered with
 * 400 too, and no batch is at fault.
 * Source: MicrosoftDocs/azure-ai-docs, articles/ai-foundry/openai/includes/batch/batch-python.md, "Queueing batch jobs"; answers
 * of api.openai.com as others captured them, `{"error":{"code":"billing_hard_limit_reached","type":"invalid_request_error",…}}`.
 */
export const readRefusal: RefusalReader = (status, body) => {
  const facts = readOpenAiRefusal(status, body);
  const failure = status === 400 ? failureOf(facts) : undefined;
  return { ...facts, ...(failure && { failure }) };
};

/** What the status alone does not tell. */
function failureOf({ code = '', message = '' }: ReturnType<RefusalReader>): CallFailure | undefined {
  if (code === NO_MONEY) return 'unauthorized';
  return FULL_QUEUE.test(`${code} ${message}`) ? 'throttled' : undefined;
}
