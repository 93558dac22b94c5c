import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BYTE_ORDER_MARK } from '../../../common/jsonl/json-bytes';
import { UsageError } from '../exit-code';

/** Enough to see which format it is. */
const BEGINNING_BYTES = 64 * 1024;

/** An input with its beginning read. */
export interface OpenInput {
  /** At most 64 KiB and a chunk. */
  readonly beginning: string;
  /** All of it, without a byte order mark. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Opens a file, or with `-` what comes on standard input; the signal ends also a read for which nothing comes.
 * Throws {@link UsageError} for one that cannot be read.
 */
export async function openInput(path: string, signal: AbortSignal): Promise<OpenInput> {
  const source = path === '-' ? process.stdin : await openFile(path);
  if (signal.aborted) source.destroy();
  signal.addEventListener('abort', () => source.destroy(), { once: true });
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes < BEGINNING_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  const joined = Buffer.concat(head);
  const marked = BYTE_ORDER_MARK.every((byte, index) => joined[index] === byte);
  const beginning = marked ? joined.subarray(BYTE_ORDER_MARK.length) : joined;
  return { beginning: beginning.toString('utf8'), bytes: whole(beginning, chunks) };
}

async function openFile(path: string): Promise<ReadStream> {
  try {
    if ((await stat(path)).isDirectory()) throw new UsageError(`${path} is a folder.`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return createReadStream(path);
}

async function* whole(beginning: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (beginning.length > 0) yield beginning;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
