import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { UsageError } from '../exit-code';
import type { DocumentFields } from './json-document';
import { LineRuns } from './line-runs';
import { readRequests, type InputOptions } from './read-requests';

/** Fast, and far from the ratio at which the service takes a body for a bomb. */
const GZIP = { level: constants.Z_BEST_SPEED };
const PIECE_BYTES = 64 * 1024;

/** What is sent beside the requests; a document's own fields count where nothing is given. */
export interface BatchFields {
  readonly completionWindow?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The body of a create, compressed in a temporary file, so that it can be sent again and was checked before anything was sent. */
export class RequestSpool {
  private constructor(
    private readonly folder: string,
    /** SHA-256 of what is in it, as hexadecimal digits. */
    readonly hash: string,
    readonly count: number,
    private readonly lines: LineRuns,
  ) {}

  /** Reads the input to its end. Throws {@link UsageError}, and then leaves nothing behind. */
  static async fill(options: InputOptions, given: BatchFields, signal: AbortSignal): Promise<RequestSpool> {
    const folder = await mkdtemp(join(tmpdir(), 'meshbatch-requests-'));
    const hash = createHash('sha256');
    const lines = new LineRuns();
    let count = 0;
    const noted = async function* () {
      const fields: DocumentFields = new Map();
      for await (const { json, line } of readRequests(options, fields, signal)) {
        if (line !== null) lines.add(count, line);
        yield Buffer.from(count++ === 0 ? '{"requests":[\n' : ',\n');
        yield json;
      }
      if (count === 0) throw new UsageError('The input has no requests.');
      yield Buffer.from(`\n]${fieldsText(given, fields)}}\n`);
    };
    try {
      const pieces = hashed(inPieces(noted()), hash);
      await pipeline(Readable.from(pieces), createGzip(GZIP), createWriteStream(bodyIn(folder)), { signal });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new RequestSpool(folder, hash.digest('hex'), count, lines);
  }

  /** A body in gzip, each time from its beginning. */
  body(): Readable {
    return createReadStream(bodyIn(this.folder));
  }

  /** The line of the input that a request came from; null for one of a document. */
  lineOf(index: number): number | null {
    return this.lines.lineOf(index);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function bodyIn(folder: string): string {
  return join(folder, 'body.json.gz');
}

/** The members that follow the requests. */
function fieldsText({ completionWindow, metadata }: BatchFields, fields: DocumentFields): string {
  const window = completionWindow === undefined ? fields.get('completion_window') : JSON.stringify(completionWindow);
  const data = metadata === undefined ? fields.get('metadata') : JSON.stringify(metadata);
  const members = [
    ...(window === undefined ? [] : [`"completion_window":${window.toString()}`]),
    ...(data === undefined ? [] : [`"metadata":${data.toString()}`]),
  ];
  return members.map((member) => `,${member}`).join('');
}

/** Small buffers joined, since each piece costs a turn of the streams behind. */
async function* inPieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const buffer of source) {
    held.push(buffer);
    bytes += buffer.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(held);
    [held, bytes] = [[], 0];
  }
  yield Buffer.concat(held);
}

async function* hashed(source: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    hash.update(piece);
    yield piece;
  }
}
