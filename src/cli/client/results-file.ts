import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Byte } from '../../common/jsonl/json-bytes';
import type { BatchApi } from './batch-api';
import { RefusedError, UnreachableError } from './call-errors';
import { CommandError, ExitCode } from './exit-code';
import { syncName } from './sync-name';

const TRIES = 4;

/** Which entries of a batch are wanted. */
export interface WantedResults {
  readonly id: string;
  readonly status?: string | undefined;
  /** How many there must be; null when it is not known. */
  readonly count: number | null;
}

/** Reads results, as JSON lines. */
export class Results {
  constructor(
    private readonly api: Pick<BatchApi, 'results'>,
    private readonly signal: AbortSignal,
  ) {}

  /** Into a file that is there whole or not at all; a broken download is begun again. */
  async toFile(wanted: WantedResults, path: string): Promise<void> {
    const unfinished = `${path}.${process.pid}.tmp`;
    try {
      for (let tries = 1; ; tries++) {
        try {
          await this.download(wanted, unfinished);
          break;
        } catch (error) {
          this.signal.throwIfAborted();
          if (tries === TRIES || !isBroken(error)) throw error;
        }
      }
      await rename(unfinished, path);
      // What knows of the batch goes next, and must not be gone while this is not there.
      await syncName(path);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Straight on, such as to a pipe, which stays open; what breaks is left to the caller. */
  async toStream(wanted: WantedResults, target: Writable): Promise<void> {
    await this.send(wanted, target, { end: false });
  }

  private async download(wanted: WantedResults, path: string): Promise<void> {
    // Synced before it gets its name: a power cut leaves it whole or not at all.
    await this.send(wanted, createWriteStream(path, { flush: true }), { end: true });
  }

  private async send({ id, status, count }: WantedResults, target: Writable, { end }: { end: boolean }): Promise<void> {
    const response = await this.api.results(id, status);
    const lines = new LineCount();
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, lines, target, { signal: this.signal, end });
    if (count === null || lines.count === count) return;
    throw new CommandError(`${lines.count} results came where there should be ${count}.`, ExitCode.refused);
  }
}

class LineCount extends Transform {
  count = 0;

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    for (let at = chunk.indexOf(Byte.LINE_FEED); at !== -1; at = chunk.indexOf(Byte.LINE_FEED, at + 1)) this.count++;
    done(null, chunk);
  }
}

/** A refusal is an answer; a disk that is full does not mend either. */
function isBroken(error: unknown): boolean {
  if (error instanceof UnreachableError || error instanceof CommandError) return true;
  return !(error instanceof RefusedError) && (error as NodeJS.ErrnoException).syscall === undefined;
}
