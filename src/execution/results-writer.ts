import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BatchInput } from '../batches/batch-input';
import type { BatchError } from '../batches/batch.entity';
import type { ExcludedItem, PartEntity, PartResults } from '../batches/part.entity';
import { resultIdHead } from '../batches/result-id';
import { BlobStore } from '../blobs/blob-store';
import { ChunkBuilder } from '../common/jsonl/chunk-builder';
import { ResultsIndexBuilder } from '../files/results-index';
import { missingOutcome, NOT_RUN_CODES } from './missing-outcome';
import type { OutcomeSpool } from './outcome-spool';
import { toTail } from './outcome-tail';
import type { SpoolWindow } from './spool-window';

const COMMA = Buffer.from(',');

export interface WrittenResults {
  readonly results: PartResults;
  readonly succeeded: number;
  readonly failed: number;
  readonly notRun: number;
  /** The part's errors, with the `custom_id` of those that name a line of it. */
  readonly errors: BatchError[];
}

/** Writes a part's results once, in the order of its items: input and spool side by side into one blob and its index. */
@Injectable()
export class ResultsWriter {
  constructor(
    private readonly blobs: BlobStore,
    private readonly input: BatchInput,
  ) {}

  /** The keys carry the lease's fence, so that a holder that woke up late overwrites nothing. */
  async write(part: PartEntity, spool: OutcomeSpool, fence: number): Promise<WrittenResults> {
    const key = `batches/${part.batchId}/parts/${part.ordinal}/results-${fence}.jsonl`;
    const indexKey = `${key}.index`;
    const run = new ResultsRun(part, spool);
    await this.blobs.write(key, run.lines(this.input.itemGroups(part)));
    await this.blobs.write(indexKey, Readable.from([run.index.toBuffer()]));
    const { succeeded, failed, notRun, errors } = run;
    return { results: { key, indexKey, ...run.index.size }, succeeded, failed, notRun, errors };
  }
}

class ResultsRun {
  readonly index = new ResultsIndexBuilder();
  readonly errors: BatchError[];
  private readonly excluded: ReadonlyMap<number, ExcludedItem>;
  /** By the index of an item, where in {@link errors} those are that name it. */
  private readonly errorsOf = new Map<number, number[]>();
  /** How each line begins, up to the number of its item in the batch. */
  private readonly head: string;
  succeeded = 0;
  failed = 0;
  notRun = 0;

  constructor(
    private readonly part: PartEntity,
    private readonly spool: OutcomeSpool,
  ) {
    this.head = `{"id":"${resultIdHead(part.batchId)}`;
    this.errors = [...part.errors, ...part.excluded.map(toError)];
    this.excluded = new Map(part.excluded.map((item) => [item.index, item]));
    this.errors.forEach(({ line }, at) => {
      if (line !== undefined) this.errorsOf.set(line - 1, [...(this.errorsOf.get(line - 1) ?? []), at]);
    });
  }

  /** The result lines, in chunks. */
  async *lines(groups: AsyncIterable<readonly { customIdJson: Buffer }[]>): AsyncGenerator<Buffer> {
    const chunks = new ChunkBuilder();
    let index = 0;
    let window: SpoolWindow | null = null;
    for await (const group of groups) {
      for (const { customIdJson } of group) {
        if (index === this.part.itemCount) throw new Error(`The input of ${this.part.id} has more items than the part`);
        if (index === (window?.end ?? 0)) {
          // What is held of a window must be written before the next one takes its place.
          yield chunks.rest();
          window = await this.spool.window(index);
        }
        const chunk = chunks.add(...this.line(index, customIdJson, window?.tail(index) ?? null));
        if (chunk) yield chunk;
        index++;
      }
    }
    if (index !== this.part.itemCount) throw new Error(`The input of ${this.part.id} has ${index} items`);
    yield chunks.rest();
  }

  /** The pieces of an item's line; its outcome's end is null where it has none. */
  private line(index: number, customIdJson: Buffer, told: Buffer | null): Buffer[] {
    const succeeded = this.spool.succeeded(index);
    const head = Buffer.from(`${this.head}${this.part.firstItem + index}","custom_id":`);
    const tail = told ?? this.missing(index);
    this.index.add(head.length + customIdJson.length + COMMA.length + tail.length, succeeded);
    if (succeeded) this.succeeded++;
    else this.failed++;
    if (this.spool.neverRan(index)) this.notRun++;
    if (this.errorsOf.size > 0) this.nameItem(index, customIdJson);
    return [head, customIdJson, COMMA, tail];
  }

  private missing(index: number): Buffer {
    const refused = this.excluded.get(index);
    const outcome = refused
      ? { response: null, error: { code: refused.code, message: refused.message } }
      : missingOutcome(this.part, index + 1);
    if (outcome.error && NOT_RUN_CODES.has(outcome.error.code)) this.notRun++;
    return toTail(outcome);
  }

  /** Lines become the batch's, and get the item's `custom_id` beside them. */
  private nameItem(index: number, customIdJson: Buffer): void {
    for (const at of this.errorsOf.get(index) ?? []) {
      const error = this.errors[at];
      const item = JSON.parse(customIdJson.toString('utf8')) as string;
      if (error) this.errors[at] = { ...error, line: this.part.firstItem + index + 1, item };
    }
  }
}

function toError({ index, code, message }: ExcludedItem): BatchError {
  return { code, message, line: index + 1 };
}
