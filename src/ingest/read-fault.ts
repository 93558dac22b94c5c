import {
  DuplicateKeyError,
  JsonSyntaxError,
  NestingTooDeepError,
  ValueTooLargeError,
} from '../common/jsonl/json-errors';
import type { Fault } from '../http/meshbatch-error';
import { RequestTooLargeError } from './ingest.errors';

/** A body that the splitter refused, as a fault; throws what is no fault of a 422. */
export function readFault(error: unknown, maxItemBytes: number): Fault {
  if (error instanceof JsonSyntaxError) {
    return {
      loc: ['body', error.offset],
      msg: 'JSON decode error',
      type: 'json_invalid',
      ctx: { error: error.message },
    };
  }
  if (error instanceof DuplicateKeyError) {
    return { loc: ['body', error.key], msg: 'The key occurs more than once', type: 'duplicate_key' };
  }
  if (error instanceof NestingTooDeepError) {
    const msg = `Values may be nested ${error.limit} deep`;
    return { loc: ['body', error.offset], msg, type: 'nesting_too_deep', ctx: { limit: error.limit } };
  }
  if (error instanceof ValueTooLargeError) {
    if (error.index !== null) throw new RequestTooLargeError(error.index, maxItemBytes);
    return { loc: ['body', error.key ?? ''], msg: `Value should have at most ${error.limit} bytes`, type: 'too_long' };
  }
  throw error;
}
