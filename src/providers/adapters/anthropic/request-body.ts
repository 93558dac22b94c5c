import { Readable } from 'node:stream';
import { Byte } from '../../../common/jsonl/json-bytes';
import type { StagedLines } from '../../contract/adapter';

const HEAD = Buffer.from('{"requests":[');
const TAIL = Buffer.from(']}');
const COMMA = Buffer.from(',');

/** The body of a create: the lines as one array, never held in memory as a whole. Its length is in bytes. */
export function requestBody(lines: StagedLines): { length: number; stream: Readable } {
  // Every newline but the last becomes a comma.
  const length = HEAD.length + lines.bytes - 1 + TAIL.length;
  return { length, stream: Readable.from(pieces(lines), { objectMode: false }) };
}

async function* pieces(lines: StagedLines): AsyncGenerator<Buffer> {
  yield HEAD;
  let ended = false;
  for await (const chunk of lines.open() as AsyncIterable<Buffer>) {
    if (chunk.length === 0) continue;
    if (ended) yield COMMA;
    ended = chunk.at(-1) === Byte.LINE_FEED;
    yield withCommas(ended ? chunk.subarray(0, -1) : chunk);
  }
  yield TAIL;
}

function withCommas(lines: Buffer): Buffer {
  const copy = Buffer.from(lines);
  let at = copy.indexOf(Byte.LINE_FEED);
  while (at !== -1) {
    copy[at] = Byte.COMMA;
    at = copy.indexOf(Byte.LINE_FEED, at + 1);
  }
  return copy;
}
