import type { CallFailure } from '../../contract/errors';
import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';
import { refusalWire } from './xai.wire';

const BAD_KEY = /incorrect api key/i;
/** Said with 403 and, by some accounts, with 429. */
const NO_CREDIT = /used all available credits/i;

/**
 * `{code, error}`, where `error` is a text. A key that is not known is a 400 here, and its refusal repeats the key's first and
 * last letters, which are left out.
 * Source: answers of api.x.ai as others captured them, such as `{"code":"Client specified an invalid argument","error":"Incorrect
 * API key provided: xa***gA. …"}` and `{"code":"permission-denied","error":"… has either used all available credits …"}`.
 */
export const readRefusal: RefusalReader = (status, body) => {
  const refusal = refusalWire.safeParse(body).data;
  if (!refusal) return readOpenAiRefusal(status, body);
  const { code, error } = refusal;
  const failure = failureOf(status, error);
  return {
    ...(failure !== undefined && { failure }),
    ...(code !== undefined && code !== null && { code: String(code) }),
    message: BAD_KEY.test(error) ? 'The provider does not know the API key' : error,
  };
};

/** What the status alone does not tell; a server's own failure stays as open as it is. */
function failureOf(status: number, error: string): CallFailure | undefined {
  if (status < 400 || status >= 500) return undefined;
  return BAD_KEY.test(error) || NO_CREDIT.test(error) ? 'unauthorized' : undefined;
}
