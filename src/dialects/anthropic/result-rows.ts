import { MAX_LINE_BYTES } from '../../common/jsonl/limits';
import { readLineGroups } from '../../common/jsonl/read-lines';
import { readResultLine, type ResultLine } from '../../batches/result-line';
import { messageError, toMessageError } from '../../providers/messages/message-error';

const FIRST_FAILURE = 300;
const [HEAD, RESULT, MESSAGE, END, TAIL] = [
  '{"custom_id":',
  ',"result":',
  '{"type":"succeeded","message":',
  '}',
  '}\n',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
/** By the code of an item that never ran. */
const NEVER_RAN: ReadonlyMap<string, Buffer> = new Map([
  ['batch_cancelled', Buffer.from('{"type":"canceled"}')],
  ['batch_expired', Buffer.from('{"type":"expired"}')],
]);

/** A batch's results as rows of the vendor's; a message keeps its bytes. */
export async function* toResultRows(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const group of readLineGroups(lines, { maxLineBytes: MAX_LINE_BYTES })) {
    yield Buffer.concat(group.flatMap((line) => rowOf(readResultLine(line))));
  }
}

function rowOf(line: ResultLine): Buffer[] {
  return [HEAD, line.customIdJson, RESULT, ...resultOf(line), TAIL];
}

function resultOf({ response, error }: ResultLine): Buffer[] {
  if (error) {
    const { code, message } = error;
    return [NEVER_RAN.get(code) ?? errored(messageError('api_error', `${code}: ${message}`, null))];
  }
  if (!response) return [errored(messageError('api_error', 'The request has no answer', null))];
  const { statusCode, requestId, body } = response;
  if (statusCode < FIRST_FAILURE) return [MESSAGE, body, END];
  return [errored(toMessageError(statusCode, requestId, body))];
}

function errored(error: object): Buffer {
  return Buffer.from(JSON.stringify({ type: 'errored', error }));
}
