import { z } from 'zod';
import type { RefusalReader } from '../../upstream/refusal';
import { safeText } from '../../upstream/scrub';
import { statusWire } from './gemini.wire';
import { lineReasons, type LineReason } from './lines';

const refusalWire = z.object({
  error: statusWire.extend({ details: z.array(z.unknown()).nullish().catch(null) }),
});
const detailWire = z.object({ reason: z.string() });

const BAD_KEY = 'API_KEY_INVALID';
/** What is said of a file that is gone, in place of a 404. Source: issues of googleapis/python-genai. */
const NO_FILE = /permission to access the File .{1,200} or it may not exist/;

/**
 * `{error: {code, message, status, details}}`. A key that is not valid is answered with 400, and so is an account that needs
 * billing: ai.google.dev/gemini-api/docs/troubleshooting.
 */
export const readRefusal: RefusalReader = (status, body) => {
  const error = refusalWire.safeParse(body).data?.error;
  if (!error) return {};
  const reasons = (error.details ?? []).flatMap((detail) => detailWire.safeParse(detail).data?.reason ?? []);
  const code = reasons.includes(BAD_KEY) ? BAD_KEY : error.status;
  const message = error.message ?? '';
  const [first, ...more] = lineReasons(message);
  const toReason = (each: LineReason) => ({
    line: each.line,
    message: safeText(each.message),
    code: safeText(code ?? 'UNKNOWN'),
  });
  const isAccount = code === BAD_KEY || code === 'FAILED_PRECONDITION';
  return {
    ...(status === 400 && isAccount && { failure: 'unauthorized' }),
    ...(status === 403 && NO_FILE.test(message) && { failure: 'not_found' }),
    ...(code && { code }),
    ...(message !== '' && { message }),
    ...(first && { line: first.line }),
    ...(first && more.length > 0 && { reasons: [first, ...more].map(toReason) }),
  };
};
