import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';

/** Said with 400 and the type of a call at fault. */
const NO_MONEY = /credit balance is too low|reached your specified API usage limits/i;

/**
 * `{type: "error", error: {type, message}}`. An account that is out of money, or has met its own limit of spending, is answered
 * with 400 and `invalid_request_error`, as a request at fault is: only the message tells.
 * Source: answers of api.anthropic.com as others captured them, such as "Your credit balance is too low to access the Anthropic
 * API. …" and "You have reached your specified API usage limits. You will regain access on …".
 */
export const readRefusal: RefusalReader = (status, body) => {
  const facts = readOpenAiRefusal(status, body);
  return { ...facts, ...(status === 400 && NO_MONEY.test(facts.message ?? '') && { failure: 'unauthorized' }) };
};
