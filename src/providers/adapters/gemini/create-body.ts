import { Readable } from 'node:stream';
import { MAX_LINE_BYTES } from '../../../common/jsonl/limits';
import { readLines } from '../../../common/jsonl/read-lines';
import type { Attempt, StagedLines } from '../../contract/adapter';
import { rawAt } from '../../translation/raw-json';
import { arrayBody } from '../../upstream/array-body';

/** By this name a batch is found whose create had no answer, and an upload whose answer was lost. */
export function displayName({ token }: Attempt): string {
  return `meshbatch-${token}`;
}

/** The body of a create. */
export interface CreateBody {
  /** In bytes. */
  readonly length: number;
  readonly body: string | Readable;
}

/** The create of a batch over a file. */
export function fileBody(attempt: Attempt, fileId: string): CreateBody {
  const inputConfig = { fileName: `files/${fileId}` };
  const body = JSON.stringify({ batch: { displayName: displayName(attempt), inputConfig } });
  return { length: Buffer.byteLength(body), body };
}

const [REQUEST, KEY, CLOSE] = [Buffer.from('{"request":'), Buffer.from(',"metadata":{"key":'), Buffer.from('}}\n')];
/** How much longer an inline request is than its line. */
const MORE_BYTES = REQUEST.length + KEY.length + CLOSE.length - '{"key":,"request":}\n'.length;

/** The create of a batch that carries its requests, never held in memory as a whole. */
export function inlineBody(attempt: Attempt, lines: StagedLines): CreateBody {
  const head = `{"batch":{"displayName":"${displayName(attempt)}","inputConfig":{"requests":{"requests":[`;
  const bytes = lines.bytes + attempt.itemCount * MORE_BYTES;
  const open = () => Readable.from(inlineRequests(lines), { objectMode: false });
  const { length, stream } = arrayBody(head, { bytes, open }, ']}}}}');
  return { length, body: stream };
}

/** An inline request has its key in its metadata, a line of a file beside the request. */
async function* inlineRequests(lines: StagedLines): AsyncGenerator<Buffer> {
  for await (const line of readLines(lines.open() as AsyncIterable<Buffer>, { maxLineBytes: MAX_LINE_BYTES })) {
    const [key, request] = [rawAt(line, 'key'), rawAt(line, 'request')];
    if (!key || !request) throw new Error('A line without key and request');
    yield Buffer.concat([REQUEST, request, KEY, key, CLOSE]);
  }
}
