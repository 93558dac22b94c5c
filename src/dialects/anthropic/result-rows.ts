import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { readLineGroups } from '../../common/jsonl/read-lines';
import type { BatchEntity } from '../../batches/batch.entity';
import { readResultLine, type ResultLine } from '../../batches/result-line';
import { messageError, toMessageError } from '../../providers/messages/message-error';
import { neverRanAs } from './never-ran';

const FIRST_FAILURE = 300;
const [HEAD, RESULT, MESSAGE, END, TAIL] = [
  '{"custom_id":',
  ',"result":',
  '{"type":"succeeded","message":',
  '}',
  '}\n',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
/** The codes of items that never ran. */
const NEVER_RAN: ReadonlySet<string> = new Set(['batch_cancelled', 'batch_expired']);

/** A batch's results as rows of the vendor's; a message keeps its bytes. */
export async function* toResultRows(
  lines: AsyncIterable<Buffer>,
  batch: Pick<BatchEntity, 'cancellingAt'>,
): AsyncGenerator<Buffer> {
  const neverRan = Buffer.from(JSON.stringify({ type: neverRanAs(batch) }));
  for await (const group of readLineGroups(lines, { maxLineBytes: MAX_LINE_BYTES })) {
    yield Buffer.concat(group.flatMap((line) => rowOf(readResultLine(line), neverRan)));
  }
}

function rowOf(line: ResultLine, neverRan: Buffer): Buffer[] {
  return [HEAD, line.customIdJson, RESULT, ...resultOf(line, neverRan), TAIL];
}

function resultOf({ response, error }: ResultLine, neverRan: Buffer): Buffer[] {
  if (error) {
    const { code, message } = error;
    return [NEVER_RAN.has(code) ? neverRan : errored(messageError('api_error', `${code}: ${message}`, null))];
  }
  if (!response) return [errored(messageError('api_error', 'The request has no answer', null))];
  const { statusCode, requestId, body } = response;
  if (statusCode < FIRST_FAILURE) return [MESSAGE, body, END];
  return [errored(toMessageError(statusCode, requestId, body))];
}

function errored(error: object): Buffer {
  return Buffer.from(JSON.stringify({ type: 'errored', error }));
}
