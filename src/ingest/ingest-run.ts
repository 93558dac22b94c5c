import type { ItemsReader } from '../common/jsonl/items-reader';
import { readerOf } from './body-format';
import type { FileForm } from './file-form';
import { inTurns } from './in-turns';
import { IngestChecks, type IngestChecksOptions } from './ingest-checks';
import { LineWriter } from './line-writer';

export interface IngestRunOptions extends IngestChecksOptions {
  /** Whether what was handed out may be written over once two more were asked for. */
  readonly reusesBlocks: boolean;
}

/** One create body on its way in: checks it as it streams and hands on the lines to store. */
export class IngestRun {
  private readonly maxBytes: number;
  private readonly lines: LineWriter;
  readonly checks: IngestChecks;
  private readonly reader: ItemsReader;

  constructor({ reusesBlocks, ...options }: IngestRunOptions) {
    this.maxBytes = options.limits.maxBodyBytes;
    this.lines = new LineWriter(reusesBlocks);
    this.checks = new IngestChecks(options, this.lines);
    this.reader = readerOf(options.format, this.checks);
  }

  /**
   * The bytes of `input.jsonl`, nothing at all for a body that names a file; throws the refusal of the whole body, at once where the
   * contract says so, else at its end.
   */
  async *read(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const piece of inTurns(source, this.maxBytes)) {
      this.checks.guard(() => this.reader.push(piece));
      yield* this.lines.takeFull();
    }
    this.checks.guard(() => this.reader.end());
    this.checks.throwRefusal();
    if (!this.checks.fields.namesFile) yield this.lines.takeRest();
  }

  /** What the body said, once {@link read} has ended. */
  result() {
    const { facts } = this.checks;
    if (!facts) throw new Error('The body has not been read to its end');
    const { completionWindow, metadata } = this.checks.fields;
    const { resolved, item, sizes } = facts;
    const lines = sizes.lines(this.lines.offsets());
    return { resolved, endpoint: item.endpoint, completionWindow, metadata, lines };
  }

  /** What a body said that names a file, once {@link read} has ended without a byte. */
  fileForm(): FileForm {
    return this.checks.fields.fileForm();
  }
}
