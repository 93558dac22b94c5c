import type { IncomingMessage } from 'node:http';
import { headerValues } from '../http/header-values';
import { ValidationFailedError } from '../http/meshbatch-error';

const HEADER = 'idempotency-key';
const MAX_LENGTH = 255;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** The key that a request names; null when it names none. Throws 422 for one that is malformed or given twice. */
export function idempotencyKeyOf(request: IncomingMessage): string | null {
  const given = headerValues(request, HEADER);
  const [key] = given;
  if (key === undefined) return null;
  if (given.length > 1) throw refusal('The header occurs more than once', 'duplicate_key');
  if (key === '') throw refusal('String should have at least 1 character', 'string_too_short');
  if (key.length > MAX_LENGTH) throw refusal(`String should have at most ${MAX_LENGTH} characters`, 'string_too_long');
  if (!PRINTABLE.test(key)) throw refusal('String should hold printable ASCII', 'string_pattern_mismatch');
  return key;
}

function refusal(msg: string, type: string): ValidationFailedError {
  return new ValidationFailedError([{ loc: ['header', HEADER], msg, type }]);
}
