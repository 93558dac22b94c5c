import type { ItemOutcome } from '../providers/contract/adapter';
import { scrub } from '../providers/upstream/scrub';

type Told = Pick<ItemOutcome, 'response' | 'error'>;

export function isSuccess({ response, error }: Told): boolean {
  return error === null && response !== null && response.statusCode >= 200 && response.statusCode < 300;
}

/** The end of a result line, `"response":…,"error":…}` and a newline. A success keeps its bytes; a failure's reason is scrubbed. */
export function toTail(outcome: Told): Buffer {
  return Buffer.concat(tailPieces(outcome).map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** As {@link toTail}, in pieces. */
export function tailPieces(outcome: Told): readonly (Buffer | string)[] {
  const { response, error } = outcome;
  const errorJson = error === null ? 'null' : JSON.stringify({ code: error.code, message: scrub(error.message) });
  if (!response) return [`"response":null,"error":${errorJson}}\n`];
  const { statusCode, requestId, body } = response;
  const head = `"response":{"status_code":${statusCode},"request_id":${JSON.stringify(requestId)},"body":`;
  return [head, isSuccess(outcome) ? body : scrub(body.toString('utf8')), `},"error":${errorJson}}\n`];
}
