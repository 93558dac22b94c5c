import { Readable } from 'node:stream';
import type { StagedLines } from '../../src/providers/contract/adapter';

/** The lines of an upload, as execution hands them over. */
export function staged(lines: readonly (string | Buffer)[]): StagedLines {
  const bytes = Buffer.from(lines.map((line) => `${String(line)}\n`).join(''));
  return { bytes: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) };
}

/** One line many times over, which is in memory once. */
export function repeated(line: Buffer, times: number): StagedLines {
  const bytes = Buffer.concat([line, Buffer.from('\n')]);
  const all = function* () {
    for (let made = 0; made < times; made++) yield bytes;
  };
  return { bytes: bytes.length * times, open: () => Readable.from(all(), { objectMode: false }) };
}
