import { Readable } from 'node:stream';
import { Byte } from '../../common/jsonl/json-bytes';
import type { StagedLines } from '../contract/adapter';

const COMMA = Buffer.from(',');

/**
 * A request body that is `head`, the lines as elements of an array, and `tail`; the array's brackets are theirs. It is never held
 * in memory as a whole. `length` is in bytes. There must be a line.
 */
export function arrayBody(head: string, lines: StagedLines, tail: string): { length: number; stream: Readable } {
  // Every newline but the last becomes a comma.
  const length = Buffer.byteLength(head) + lines.bytes - 1 + Buffer.byteLength(tail);
  return { length, stream: Readable.from(pieces(head, lines, tail), { objectMode: false }) };
}

async function* pieces(head: string, lines: StagedLines, tail: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  let ended = false;
  for await (const chunk of lines.open() as AsyncIterable<Buffer>) {
    if (chunk.length === 0) continue;
    if (ended) yield COMMA;
    ended = chunk.at(-1) === Byte.LINE_FEED;
    yield withCommas(ended ? chunk.subarray(0, -1) : chunk);
  }
  yield Buffer.from(tail);
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
