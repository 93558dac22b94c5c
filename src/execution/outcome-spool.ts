import { open, type FileHandle } from 'node:fs/promises';
import type { BatchUsage } from '../batches/batch.entity';
import type { ItemOutcome } from '../providers/contract/adapter';
import { scrub } from '../providers/upstream/scrub';
import { NOT_RUN_CODES } from './missing-outcome';
import { readUsage } from './read-usage';

const FLUSH_BYTES = 1024 * 1024;
const [FAILED, SUCCEEDED, NEVER_RAN] = [0, 1, 2];

/** An item's outcome as kept: the end of its result line, and what kind it is. */
export interface SpooledOutcome {
  readonly tail: Buffer;
  readonly succeeded: boolean;
  readonly ran: boolean;
}

/**
 * Outcomes as they come, in any order, on local disk; in memory 13 bytes an item. The first outcome of an item wins.
 * What is kept of one is the end of its result line: `"response":…,"error":…}` and a newline.
 */
export class OutcomeSpool {
  private readonly offsets: Float64Array;
  /** 0 for an item without an outcome. */
  private readonly lengths: Uint32Array;
  /** 0 for one that failed, 1 for a success, 2 for one that never ran. */
  private readonly kinds: Uint8Array;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private written = 0;
  private found = 0;
  readonly usage: { -readonly [K in keyof BatchUsage]: number } = {
    input_tokens: 0,
    output_tokens: 0,
    total_tokens: 0,
  };

  private constructor(
    private readonly file: FileHandle,
    itemCount: number,
  ) {
    this.offsets = new Float64Array(itemCount);
    this.lengths = new Uint32Array(itemCount);
    this.kinds = new Uint8Array(itemCount);
  }

  static async open(path: string, itemCount: number): Promise<OutcomeSpool> {
    return new OutcomeSpool(await open(path, 'w+', 0o600), itemCount);
  }

  /** How many items have an outcome. */
  get rows(): number {
    return this.found;
  }

  /** Keeps the outcome of item `index`, counted within the part; false when it has one already. */
  async add(index: number, outcome: ItemOutcome): Promise<boolean> {
    if (this.lengths[index] !== 0) return false;
    const bytes = toTail(outcome);
    this.offsets[index] = this.written + this.heldBytes;
    this.lengths[index] = bytes.length;
    this.kinds[index] = kindOf(outcome);
    this.found++;
    this.addUsage(outcome);
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.heldBytes >= FLUSH_BYTES) await this.flush();
    return true;
  }

  /** Null when the item has no outcome. */
  async read(index: number): Promise<SpooledOutcome | null> {
    const length = this.lengths[index] ?? 0;
    if (length === 0) return null;
    if (this.heldBytes > 0) await this.flush();
    const tail = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.file.read(tail, 0, length, this.offsets[index] ?? 0);
    if (bytesRead !== length) throw new Error('The local copy of the results is shorter than what was written');
    return { tail, succeeded: this.kinds[index] === SUCCEEDED, ran: this.kinds[index] !== NEVER_RAN };
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.held);
    await this.file.write(bytes, 0, bytes.length, this.written);
    [this.written, this.held, this.heldBytes] = [this.written + bytes.length, [], 0];
  }

  private addUsage({ response }: ItemOutcome): void {
    const usage = response && readUsage(response.body);
    if (!usage) return;
    this.usage.input_tokens += usage.input_tokens;
    this.usage.output_tokens += usage.output_tokens;
    this.usage.total_tokens += usage.total_tokens;
  }
}

export function isSuccess({ response, error }: Pick<ItemOutcome, 'response' | 'error'>): boolean {
  return error === null && response !== null && response.statusCode >= 200 && response.statusCode < 300;
}

function kindOf(outcome: ItemOutcome): number {
  if (isSuccess(outcome)) return SUCCEEDED;
  const { response, error } = outcome;
  return response === null && error !== null && NOT_RUN_CODES.has(error.code) ? NEVER_RAN : FAILED;
}

/** The end of a result line. A success keeps its bytes; a failure's reason is scrubbed. */
export function toTail(outcome: ItemOutcome): Buffer {
  const { response, error } = outcome;
  const errorJson = JSON.stringify(error && { code: error.code, message: scrub(error.message) });
  if (!response) return Buffer.from(`"response":null,"error":${errorJson}}\n`);
  const { statusCode, requestId, body } = response;
  const head = `"response":{"status_code":${statusCode},"request_id":${JSON.stringify(requestId)},"body":`;
  const shown = isSuccess(outcome) ? body : Buffer.from(scrub(body.toString('utf8')));
  return Buffer.concat([Buffer.from(head), shown, Buffer.from(`},"error":${errorJson}}\n`)]);
}
