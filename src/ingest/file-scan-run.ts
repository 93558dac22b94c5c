import type { ItemsSink } from '../common/jsonl/items-reader';
import type { LayoutScanner } from '../common/jsonl/layout-scanner';
import { LinesReader } from '../common/jsonl/lines-reader';
import type { FileRefusal } from '../files/file-scan';
import { MeshbatchError } from '../http/meshbatch-error';
import { LINES_OPTIONS } from './body-format';
import { toFileRefusal } from './file-refusal';
import { inTurns } from './in-turns';
import { IngestChecks, type IngestChecksOptions } from './ingest-checks';
import { LineMarks } from './line-marks';
import { LineNumbers } from './line-numbers';

/** JSON lines without anything beside them: that comes with the create. */
const FORMAT = { kind: 'lines', completionWindow: null, metadata: null } as const;

/** One uploaded file on its way in: hands on its bytes as they are, and finds what a create with it is answered. */
export class FileScanRun implements ItemsSink {
  private readonly marks = new LineMarks();
  private readonly numbers = new LineNumbers();
  private readonly reader = new LinesReader(LINES_OPTIONS, this);
  private readonly checks: IngestChecks;
  private readonly maxBytes: number;
  private bytes = 0;
  private refusal: FileRefusal | null = null;

  constructor(options: Omit<IngestChecksOptions, 'format'>) {
    this.checks = new IngestChecks({ ...options, format: FORMAT }, this.marks);
    this.maxBytes = options.limits.maxBodyBytes;
  }

  /** The file's own bytes. What is wrong with its items ends the looking, not the reading; throws {@link PayloadTooLargeError}. */
  async *read(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of inTurns(source, this.maxBytes)) {
      this.bytes += piece.length;
      this.look(() => this.reader.push(piece));
      yield piece;
    }
    this.look(() => this.reader.end());
    this.look(() => this.checks.throwRefusal());
  }

  /** What was found, once {@link read} has ended. */
  result() {
    const { refusal } = this;
    if (refusal) return { refusal, items: null };
    const { facts } = this.checks;
    if (!facts) throw new Error('The file has not been read to its end');
    const { resolved, item, sizes } = facts;
    const lines = sizes.lines(this.marks.offsets(this.bytes));
    return { refusal: null, items: { resolved, model: item.model, endpoint: item.endpoint, lines } };
  }

  item(bytes: Buffer, start: number, end: number, index: number, layout: LayoutScanner | null): void {
    this.marks.lineEnd = this.reader.lineEnd;
    this.numbers.note(index, this.reader.lineRead);
    this.checks.item(bytes, start, end, index, layout);
  }

  itemsEnd(count: number): void {
    this.checks.itemsEnd(count);
  }

  /** Lines have none of these. */
  field(): void {}
  notObject(): void {}

  private look(step: () => void): void {
    if (this.refusal) return;
    try {
      this.checks.guard(step);
    } catch (error) {
      if (!(error instanceof MeshbatchError)) throw error;
      const lineOf = (index: number) => this.numbers.lineOf(index);
      this.refusal = toFileRefusal(error, { lineOf, lastLine: this.reader.lineRead });
    }
  }
}
