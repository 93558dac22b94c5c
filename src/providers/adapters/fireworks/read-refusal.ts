import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';
import { statusWire } from './fireworks.wire';

/** A suspended account, by the vendor's list of error codes. */
const PRECONDITION_FAILED = 412;

/**
 * `{code, message, details}`, a gRPC status, or `{error: {code, message}}` where the key is at fault.
 * Source: docs.fireworks.ai/guides/inference-error-codes, and answers of the control plane as others captured them.
 */
export const readRefusal: RefusalReader = (status, body) => {
  const { code, message } = statusWire.safeParse(body).data ?? {};
  return {
    ...(status === PRECONDITION_FAILED && { failure: 'unauthorized' }),
    ...(code !== undefined && code !== null && { code: String(code) }),
    ...(typeof message === 'string' && { message }),
    ...readOpenAiRefusal(status, body),
  };
};
