import { open, type FileHandle } from 'node:fs/promises';
import type { BatchUsage } from '../batches/batch.entity';
import type { ItemOutcome } from '../providers/contract/adapter';
import { NOT_RUN_CODES } from './missing-outcome';
import { OutcomeRun } from './outcome-run';
import { isSuccess } from './outcome-tail';
import { readUsage } from './read-usage';
import { SpoolWindow } from './spool-window';

/** Most items of a window; it takes memory for each. */
const WINDOW_ITEMS = 8 * 1024;
const [FAILED, SUCCEEDED, NEVER_RAN] = [0, 1, 2];

/** How many bytes are written, and read, at a time; one outcome may have more. */
export interface SpoolLimits {
  readonly runBytes: number;
  readonly windowBytes: number;
}
const LIMITS: SpoolLimits = { runBytes: 4 * 1024 * 1024, windowBytes: 4 * 1024 * 1024 };

/**
 * Outcomes as they come, in any order, on local disk; in memory 13 bytes an item. The first outcome of an item wins.
 * What is kept of one is the end of its result line. They are written by runs, each in the order of its items; so those of a
 * window of neighbouring items are side by side in every run, and reading all of them in order takes few reads.
 */
export class OutcomeSpool {
  private readonly offsets: Float64Array;
  /** 0 for an item without an outcome. */
  private readonly lengths: Uint32Array;
  /** 0 for one that failed, 1 for a success, 2 for one that never ran. */
  private readonly kinds: Uint8Array;
  /** What is not written yet. */
  private readonly run: OutcomeRun;
  /** Memory of the windows, one after the other. */
  private memory: Buffer | null = null;
  private written = 0;
  private found = 0;
  readonly usage: { -readonly [K in keyof BatchUsage]-?: number } = {
    input_tokens: 0,
    output_tokens: 0,
    total_tokens: 0,
    cached_tokens: 0,
    reasoning_tokens: 0,
  };

  private constructor(
    private readonly file: FileHandle,
    private readonly itemCount: number,
    private readonly limits: SpoolLimits,
  ) {
    this.offsets = new Float64Array(itemCount);
    this.lengths = new Uint32Array(itemCount);
    this.kinds = new Uint8Array(itemCount);
    this.run = new OutcomeRun(limits.runBytes);
  }

  static async open(path: string, itemCount: number, limits = LIMITS): Promise<OutcomeSpool> {
    return new OutcomeSpool(await open(path, 'w+', 0o600), itemCount, limits);
  }

  /** How many items have an outcome. */
  get rows(): number {
    return this.found;
  }

  /** Whether enough is held: call {@link flush} before adding more. */
  get isFull(): boolean {
    return this.run.isFull;
  }

  /** Keeps the outcome of item `index`, counted within the part; false when it has one already. */
  add(index: number, outcome: ItemOutcome): boolean {
    if (this.lengths[index] !== 0) return false;
    this.lengths[index] = this.run.add(index, outcome);
    this.kinds[index] = kindOf(outcome);
    this.found++;
    this.addUsage(outcome);
    return true;
  }

  /** Writes what is held. */
  async flush(): Promise<void> {
    const bytes = this.run.inOrder((index, start) => (this.offsets[index] = this.written + start));
    // At its place, whatever a write that failed has left behind.
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.written + done);
      done += bytesWritten;
    }
    this.written += bytes.length;
    this.run.clear();
  }

  /** The outcomes of the items from `first` on, as many as fit into a window; at least one item. Good until the next window. */
  async window(first: number): Promise<SpoolWindow> {
    await this.flush();
    const { windowBytes } = this.limits;
    const most = Math.min(this.itemCount, first + WINDOW_ITEMS);
    let [end, bytes] = [first, 0];
    while (end < most && (end === first || bytes + this.lengths[end]! <= windowBytes)) bytes += this.lengths[end++]!;
    const memory = bytes > windowBytes ? Buffer.allocUnsafe(bytes) : (this.memory ??= Buffer.allocUnsafe(windowBytes));
    const [offsets, lengths] = [this.offsets.subarray(first, end), this.lengths.subarray(first, end)];
    return SpoolWindow.read(this.file, first, offsets, lengths, memory);
  }

  succeeded(index: number): boolean {
    return this.kinds[index] === SUCCEEDED;
  }

  /** Whether the item has an outcome by which it never ran. */
  neverRan(index: number): boolean {
    return this.kinds[index] === NEVER_RAN;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private addUsage({ response }: ItemOutcome): void {
    const usage = response && readUsage(response.body);
    if (!usage) return;
    this.usage.input_tokens += usage.input_tokens;
    this.usage.output_tokens += usage.output_tokens;
    this.usage.total_tokens += usage.total_tokens;
    this.usage.cached_tokens += usage.cached_tokens;
    this.usage.reasoning_tokens += usage.reasoning_tokens;
  }
}

function kindOf(outcome: ItemOutcome): number {
  if (isSuccess(outcome)) return SUCCEEDED;
  const { response, error } = outcome;
  return response === null && error !== null && NOT_RUN_CODES.has(error.code) ? NEVER_RAN : FAILED;
}
